package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.engine.tensor.TensorBytes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Attention of one new token per sequence over what the sequence has had so far.
 *
 * <p>Shapes: B sequences, N longest of them with the new token, H heads, K key-value heads, G = H / K, D head dimension.
 */
final class CachedAttention implements AttentionContext {
    private final KeyValueCache cache;
    private final LayerRules rules;
    private final List<RotaryEmbedding.Angles> angles; // by layer
    private final Tensor newRows; // [B * K] where the new keys and values go
    private final Map<AttentionRule, Tensor> masks =
            new HashMap<>(); // [B * K, 1, N] minus infinity where the new token does not see
    private final int longest;
    private final int heads;
    private final int keyValueHeads;
    private final int headDimension;

    /**
     * Plans one step; the plan's tensors belong to the innermost scope.
     *
     * @param lengths tokens of each sequence before the new one
     */
    CachedAttention(ModelConfiguration configuration, LayerRules rules, KeyValueCache cache, int[] lengths) {
        this.cache = cache;
        this.rules = rules;
        this.angles = rules.angles(
                lengths, Arrays.stream(lengths).map(length -> length + 1).toArray());
        this.heads = configuration.attentionHeads();
        this.keyValueHeads = configuration.keyValueHeads();
        this.headDimension = configuration.headDimension();
        this.longest = Arrays.stream(lengths).max().orElseThrow() + 1;
        this.newRows = TensorBytes.indices(cache.rows(lengths.length, b -> lengths[b]));
        rules.rules().forEach(rule -> masks.put(rule, mask(rule, lengths)));
    }

    private Tensor mask(AttentionRule rule, int[] lengths) {
        float[] hidden = new float[lengths.length * keyValueHeads * longest];
        for (int b = 0; b < lengths.length; b++) {
            for (int k = 0; k < keyValueHeads; k++) {
                int row = (b * keyValueHeads + k) * longest;
                Arrays.fill(hidden, row, row + rule.firstSeen(lengths[b]), Float.NEGATIVE_INFINITY);
                Arrays.fill(hidden, row + lengths[b] + 1, row + longest, Float.NEGATIVE_INFINITY);
            }
        }
        return TensorBytes.floats(hidden, (long) lengths.length * keyValueHeads, 1, longest);
    }

    @Override
    public RotaryEmbedding.Angles angles(int layer) {
        return angles.get(layer);
    }

    @Override
    public Tensor attend(int layer, Tensor narrow, Tensor values) {
        Tensor turned = narrow.to(ScalarType.Float); // as the cache
        long sequences = turned.size(0);
        cache.put(layer, newRows, turned.narrow(1, heads, keyValueHeads), values);
        Tensor keys = cache.keys(layer).narrow(1, 0, longest); // [B * K, N, D]
        Tensor queries = turned.narrow(1, 0, heads)
                .reshape(sequences * keyValueHeads, heads / keyValueHeads, headDimension); // [B * K, G, D]
        AttentionRule rule = rules.rule(layer);
        return AttentionKernel.weighted(queries, keys, cache.values(layer).narrow(1, 0, longest), masks.get(rule), rule)
                .view(sequences, (long) heads * headDimension);
    }
}
