package io.finemesh.engine.model;

import io.finemesh.engine.tensor.TensorBytes;
import java.util.Arrays;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Causal attention over documents of one length, two ways with the same result.
 *
 * <p>Shapes: B documents, L tokens of each, H heads, K key-value heads, G = H / K, D head dimension.
 */
enum AttentionKernel {
    /** Scores formed whole, by batched products: faster for short documents, memory grows with L². */
    SCORES {
        @Override
        Tensor attend(Tensor turned, Tensor values, Tensor mask, double scale) {
            long documents = values.size(0);
            long length = values.size(1);
            long keyValueHeads = values.size(2);
            long dimension = values.size(3);
            long heads = turned.size(2) - keyValueHeads;
            long shared = heads / keyValueHeads;
            // Heads first, so that queries and keys are contiguous after the split: one copy for both.
            TensorVector parts = turned.permute(2, 0, 1, 3) // [H + K, B, L, D]
                    .contiguous()
                    .split_with_sizes(new long[] {heads, keyValueHeads}, 0);
            // Heads that share keys become more rows of one product: [K, G, B, L, D] -> [K * B, G * L, D]
            Tensor queries = parts.get(0)
                    .view(keyValueHeads, shared, documents, length, dimension)
                    .transpose(1, 2)
                    .reshape(keyValueHeads * documents, shared * length, dimension);
            Tensor keys = parts.get(1).view(keyValueHeads * documents, length, dimension);
            Tensor valueRows = values.permute(2, 0, 1, 3).reshape(keyValueHeads * documents, length, dimension);
            Tensor scores = torch.baddbmm(
                    mask, queries, keys.transpose(1, 2), new Scalar(1.0), new Scalar(scale)); // [K * B, G * L, L]
            return torch.bmm(torch.softmax(scores, -1), valueRows)
                    .view(keyValueHeads, documents, shared, length, dimension)
                    .permute(1, 3, 0, 2, 4) // [B, L, K, G, D]
                    .reshape(documents * length, heads * dimension);
        }

        @Override
        Tensor mask(int length, int shared) {
            float[] mask = new float[shared * length * length];
            for (int row = 0; row < shared * length; row++) {
                Arrays.fill(mask, row * length + row % length + 1, (row + 1) * length, Float.NEGATIVE_INFINITY);
            }
            return TensorBytes.floats(mask, (long) shared * length, length);
        }
    },

    /** LibTorch's fused kernel: memory grows with L only. */
    FUSED {
        @Override
        Tensor attend(Tensor turned, Tensor values, Tensor mask, double scale) {
            long documents = values.size(0);
            long length = values.size(1);
            long keyValueHeads = values.size(2);
            long heads = turned.size(2) - keyValueHeads;
            TensorVector parts = turned.split_with_sizes(new long[] {heads, keyValueHeads}, 2);
            return torch.scaled_dot_product_attention(
                            parts.get(0).transpose(1, 2),
                            parts.get(1).transpose(1, 2),
                            values.transpose(1, 2),
                            new TensorOptional(),
                            0.0,
                            true,
                            new DoubleOptional(scale),
                            heads != keyValueHeads)
                    .transpose(1, 2)
                    .reshape(documents * length, heads * values.size(3));
        }

        @Override
        Tensor mask(int length, int shared) {
            return null;
        }
    };

    /** Documents up to this length have their scores formed whole; measured on two cores, where the kernels cross between 128 and 256. */
    private static final int LONGEST_WITH_SCORES = 128;

    static AttentionKernel forLength(int length) {
        return length <= LONGEST_WITH_SCORES ? SCORES : FUSED;
    }

    /**
     * Attends.
     *
     * @param turned queries and keys after rotation, [B, L, H + K, D]
     * @param values [B, L, K, D]
     * @param mask from {@link #mask}
     * @param scale of the scores
     * @return [B * L, H * D]
     */
    abstract Tensor attend(Tensor turned, Tensor values, Tensor mask, double scale);

    /** What {@link #attend} adds to scores, [G * L, L]; null where the kernel needs none. */
    abstract Tensor mask(int length, int shared);
}
