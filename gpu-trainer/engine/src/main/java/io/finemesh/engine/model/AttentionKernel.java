package io.finemesh.engine.model;

import io.finemesh.engine.tensor.TensorBytes;
import java.util.Arrays;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
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
        Tensor attend(Tensor queries, Tensor keys, Tensor values, Tensor mask, double scale) {
            long documents = queries.size(0);
            long length = queries.size(1);
            long heads = queries.size(2);
            long keyValueHeads = keys.size(2);
            long dimension = queries.size(3);
            long shared = heads / keyValueHeads;
            // [B, L, K, G, D] -> [B, K, G, L, D] -> [B * K, G * L, D]: heads that share keys become more rows of one product
            Tensor q = queries.view(documents, length, keyValueHeads, shared, dimension)
                    .permute(0, 2, 3, 1, 4)
                    .reshape(documents * keyValueHeads, shared * length, dimension);
            Tensor k = keys.permute(0, 2, 3, 1).reshape(documents * keyValueHeads, dimension, length);
            Tensor v = values.transpose(1, 2).reshape(documents * keyValueHeads, length, dimension);
            Tensor scores = torch.baddbmm(mask, q, k, new Scalar(1.0), new Scalar(scale)); // [B * K, G * L, L]
            return torch.bmm(torch.softmax(scores, -1), v)
                    .view(documents, keyValueHeads, shared, length, dimension)
                    .permute(0, 3, 1, 2, 4)
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
        Tensor attend(Tensor queries, Tensor keys, Tensor values, Tensor mask, double scale) {
            long documents = queries.size(0);
            long length = queries.size(1);
            long heads = queries.size(2);
            boolean shareKeys = heads != keys.size(2);
            return torch.scaled_dot_product_attention(
                            queries.transpose(1, 2),
                            keys.transpose(1, 2),
                            values.transpose(1, 2),
                            new TensorOptional(),
                            0.0,
                            true,
                            new DoubleOptional(scale),
                            shareKeys)
                    .transpose(1, 2)
                    .reshape(documents * length, heads * queries.size(3));
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
     * @param queries [B, L, H, D]
     * @param keys [B, L, K, D]
     * @param values [B, L, K, D]
     * @param mask from {@link #mask}
     * @param scale of the scores
     * @return [B * L, H * D]
     */
    abstract Tensor attend(Tensor queries, Tensor keys, Tensor values, Tensor mask, double scale);

    /** What {@link #attend} adds to scores, [G * L, L]; null where the kernel needs none. */
    abstract Tensor mask(int length, int shared);
}
