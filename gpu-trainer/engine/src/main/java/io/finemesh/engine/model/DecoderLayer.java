package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.Activation;
import io.finemesh.checkpoint.model.ModelConfiguration;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One decoder layer as a pure function of weights and input: norm, attention, residual, norm, gated MLP, residual (Llama, arXiv 2302.13971, with grouped
 * keys and values, arXiv 2305.13245).
 *
 * <p>Shapes: T tokens, R rows wanted, C hidden size, H heads, K key-value heads, D head dimension, F intermediate size. 32-bit floats throughout.
 */
final class DecoderLayer {
    private final int hiddenSize;
    private final int intermediateSize;
    private final int heads;
    private final int keyValueHeads;
    private final int headDimension;
    private final double epsilon;
    private final Activation activation;

    DecoderLayer(ModelConfiguration configuration) {
        this.hiddenSize = configuration.hiddenSize();
        this.intermediateSize = configuration.intermediateSize();
        this.heads = configuration.attentionHeads();
        this.keyValueHeads = configuration.keyValueHeads();
        this.headDimension = configuration.headDimension();
        this.epsilon = configuration.rmsNormEpsilon();
        this.activation = configuration.activation();
    }

    /**
     * Runs the layer.
     *
     * @param index of the layer, for caches
     * @param weights as 32-bit floats
     * @param hidden [T, C]
     * @param attention which tokens see which
     * @param wantedRows [R] tokens whose output is needed, or null for all; the last layer need not compute the MLP of tokens nothing is predicted from
     * @return [T, C], or [R, C]
     */
    Tensor forward(int index, SlotTensors weights, Tensor hidden, AttentionContext attention, Tensor wantedRows) {
        long tokens = hidden.size(0);
        Tensor normed = norm(hidden, weights.get(WeightSlot.INPUT_NORM)); // [T, C]
        Tensor projected = weights.linear(normed, WeightSlot.QUERY_KEY_VALUE, WeightSlot.QUERY_KEY_VALUE_BIAS)
                .view(tokens, heads + 2L * keyValueHeads, headDimension); // [T, H + 2K, D]
        // Split, not two narrow(): its gradient is one concatenation instead of two zero-filled tensors and a sum.
        TensorVector parts = projected.split_with_sizes(new long[] {heads + keyValueHeads, keyValueHeads}, 1);
        Tensor turned = attention.angles().turn(parts.get(0)); // [T, H + K, D]
        Tensor values = parts.get(1); // [T, K, D]
        Tensor attended = attention.attend(index, turned, values); // [T, H * D]
        Tensor residual = hidden;
        if (wantedRows != null) {
            attended = attended.index_select(0, wantedRows); // [R, H * D]
            residual = hidden.index_select(0, wantedRows); // [R, C]
        }
        Tensor middle = residual.add(
                weights.linear(attended, WeightSlot.ATTENTION_OUTPUT, WeightSlot.ATTENTION_OUTPUT_BIAS)); // [R, C]
        return middle.add(mlp(norm(middle, weights.get(WeightSlot.POST_ATTENTION_NORM)), weights)); // [R, C]
    }

    /** Root-mean-square norm (arXiv 1910.07467). @param hidden [T, C] */
    Tensor norm(Tensor hidden, Tensor weight) {
        return torch.rms_norm(hidden, new long[] {hiddenSize}, new TensorOptional(weight), new DoubleOptional(epsilon));
    }

    private Tensor mlp(Tensor normed, SlotTensors weights) {
        Tensor gateAndUp = weights.linear(normed, WeightSlot.GATE_UP, WeightSlot.GATE_UP_BIAS); // [R, 2F]
        TensorVector parts = gateAndUp.split_with_sizes(new long[] {intermediateSize, intermediateSize}, 1);
        Tensor opened =
                switch (activation) {
                    case SILU -> torch.silu(parts.get(0));
                };
        return weights.linear(opened.mul(parts.get(1)), WeightSlot.DOWN, WeightSlot.DOWN_BIAS); // [R, C]
    }
}
