package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.Activation;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.NormScale;
import io.finemesh.engine.tensor.TensorScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One decoder layer as a pure function of weights and input: norm, attention, residual, norm, gated MLP, residual (Llama, arXiv 2302.13971, with grouped
 * keys and values, arXiv 2305.13245). Norms of queries, keys and of what is added to the residual, and biases, are computed where the model has their weights.
 *
 * <p>Shapes: T tokens, R rows wanted, C hidden size, H heads, K key-value heads, D head dimension, F intermediate size. The residual stream, norms' weights and rotation
 * are 32-bit floats; what lies between two linear maps has the element type of their weights.
 */
final class DecoderLayer {
    private final int intermediateSize;
    private final int heads;
    private final int keyValueHeads;
    private final int headDimension;
    private final double epsilon;
    private final Activation activation;
    private final NormScale normScale;

    DecoderLayer(ModelConfiguration configuration) {
        this.intermediateSize = configuration.intermediateSize();
        this.heads = configuration.attentionHeads();
        this.keyValueHeads = configuration.keyValueHeads();
        this.headDimension = configuration.headDimension();
        this.epsilon = configuration.rmsNormEpsilon();
        this.activation = configuration.activation();
        this.normScale = configuration.parts().normScale();
    }

    /**
     * Runs the layer.
     *
     * @param index of the layer, for caches
     * @param weights 32-bit floats, or bf16 where the device multiplies that
     * @param hidden [T, C]
     * @param attention which tokens see which
     * @param wantedRows [R] tokens whose output is needed, or null for all; the last layer need not compute the MLP of tokens nothing is predicted from
     * @return [T, C], or [R, C]
     */
    Tensor forward(int index, SlotTensors weights, Tensor hidden, AttentionContext attention, Tensor wantedRows) {
        Tensor middle = attended(index, weights, hidden, attention, wantedRows); // [R, C]
        try (TensorScope scope = TensorScope.open("MLP")) {
            Tensor fromMlp = mlp(norm(middle, weights.get(WeightSlot.POST_ATTENTION_NORM)), weights); // [R, C]
            return scope.keep(middle.add(normedIfAny(fromMlp, weights.get(WeightSlot.MLP_OUTPUT_NORM)))); // [R, C]
        }
    }

    /** The first half. Its intermediates, but for what a graph keeps, are gone before the second begins. */
    private Tensor attended(
            int index, SlotTensors weights, Tensor hidden, AttentionContext attention, Tensor wantedRows) {
        try (TensorScope scope = TensorScope.open("attention")) {
            long tokens = hidden.size(0);
            Tensor normed = norm(hidden, weights.get(WeightSlot.INPUT_NORM)); // [T, C]
            Tensor projected = weights.linear(normed, WeightSlot.QUERY_KEY_VALUE, WeightSlot.QUERY_KEY_VALUE_BIAS)
                    .view(tokens, heads + 2L * keyValueHeads, headDimension); // [T, H + 2K, D]
            // Split, not two narrow(): its gradient is one concatenation instead of two zero-filled tensors and a sum.
            TensorVector parts = projected.split_with_sizes(new long[] {heads + keyValueHeads, keyValueHeads}, 1);
            Tensor queriesAndKeys = normedHeads(parts.get(0), weights); // [T, H + K, D]
            Tensor turned = attention.angles(index).turn(queriesAndKeys); // [T, H + K, D]
            Tensor values = parts.get(1); // [T, K, D]
            Tensor attended =
                    attention.attend(index, turned.to(values.scalar_type().intern()), values); // [T, H * D]
            Tensor residual = hidden;
            if (wantedRows != null) {
                attended = attended.index_select(0, wantedRows); // [R, H * D]
                residual = hidden.index_select(0, wantedRows); // [R, C]
            }
            Tensor fromAttention =
                    weights.linear(attended, WeightSlot.ATTENTION_OUTPUT, WeightSlot.ATTENTION_OUTPUT_BIAS); // [R, C]
            return scope.keep(
                    residual.add(normedIfAny(fromAttention, weights.get(WeightSlot.ATTENTION_OUTPUT_NORM)))); // [R, C]
        }
    }

    /** Root-mean-square norm over the last dimension (arXiv 1910.07467). @param weight [C], the size of that dimension */
    Tensor norm(Tensor values, Tensor weight) {
        Tensor exact = weight.to(ScalarType.Float); // one more than a small bf16 number may be one
        Tensor factor =
                switch (normScale) {
                    case WEIGHT -> exact;
                    case ONE_PLUS_WEIGHT -> exact.add(new Scalar(1.0));
                };
        return torch.rms_norm(
                values, new long[] {weight.size(0)}, new TensorOptional(factor), new DoubleOptional(epsilon));
    }

    private Tensor normedIfAny(Tensor values, Tensor weight) {
        return weight == null ? values : norm(values, weight);
    }

    private Tensor normedHeads(Tensor queriesAndKeys, SlotTensors weights) {
        Tensor queryNorm = weights.get(WeightSlot.QUERY_NORM);
        Tensor keyNorm = weights.get(WeightSlot.KEY_NORM);
        if (queryNorm == null && keyNorm == null) {
            return queriesAndKeys;
        }
        TensorVector parts = queriesAndKeys.split_with_sizes(new long[] {heads, keyValueHeads}, 1);
        return torch.cat(new TensorVector(normedIfAny(parts.get(0), queryNorm), normedIfAny(parts.get(1), keyNorm)), 1);
    }

    private Tensor mlp(Tensor normed, SlotTensors weights) {
        Tensor gateAndUp = weights.linear(normed, WeightSlot.GATE_UP, WeightSlot.GATE_UP_BIAS); // [R, 2F]
        TensorVector parts = gateAndUp.split_with_sizes(new long[] {intermediateSize, intermediateSize}, 1);
        Tensor opened =
                switch (activation) {
                    case SILU -> torch.silu(parts.get(0));
                    case GELU_TANH -> torch.gelu(parts.get(0), "tanh");
                    case GELU -> torch.gelu(parts.get(0));
                };
        return weights.linear(opened.mul(parts.get(1)), WeightSlot.DOWN, WeightSlot.DOWN_BIAS); // [R, C]
    }
}
