package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.Rope;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rotary position embedding (RoFormer, arXiv 2104.09864): pair i of a head's elements is turned by position * theta^(-2i/N).
 *
 * <p>Pairs are (i, i + N/2), as in Hugging Face weights, so that {@code turned = x * cos + swapHalves(x) * sin} with the sign in {@code sin}. Angles are
 * 32-bit floats as in transformers' {@code modeling_rope_utils.py}, whose numbers the weights were trained with. Elements of a head from N on stay.
 *
 * <p>Shapes: T tokens, D head dimension, N rotated elements.
 */
final class RotaryEmbedding {
    private final float[] inverseFrequencies; // [N/2]
    private final float[] beyond; // [N/2], of sequences longer than longestWithin
    private final int longestWithin;
    private final double strength;

    /** Turning rates. */
    RotaryEmbedding(Rope rope) {
        this.inverseFrequencies = RopeFrequencies.of(rope);
        this.longestWithin = RopeFrequencies.longestWithin(rope);
        this.beyond = longestWithin == Integer.MAX_VALUE ? inverseFrequencies : RopeFrequencies.of(rope, true);
        this.strength = RopeFrequencies.strength(rope);
    }

    /**
     * Cosine and signed sine for the given positions.
     *
     * @param cosine [T, 1, N]
     * @param sine [T, 1, N], negative in the first half of N
     */
    record Angles(Tensor cosine, Tensor sine) {
        /** Turns heads, in 32-bit floats. @param narrow [T, heads, D] */
        Tensor turn(Tensor narrow) {
            Tensor heads = narrow.to(ScalarType.Float);
            long rotated = cosine.size(2);
            long rest = heads.size(2) - rotated;
            if (rest == 0) {
                return turnAll(heads);
            }
            TensorVector parts = heads.split_with_sizes(new long[] {rotated, rest}, 2);
            return torch.cat(new TensorVector(turnAll(parts.get(0)), parts.get(1)), 2);
        }

        private Tensor turnAll(Tensor heads) {
            try (TensorScope scope = TensorScope.open("turned heads")) {
                Tensor swapped = torch.roll(heads, new long[] {cosine.size(2) / 2}, -1);
                return scope.keep(torch.addcmul(heads.mul(cosine), swapped, sine));
            }
        }
    }

    /** Tokens of the longest sequence within the original context. */
    int longestWithin() {
        return longestWithin;
    }

    /**
     * The angles at the given positions; owned by the innermost scope.
     *
     * @param lengths for each position, tokens of the sequence it is in
     */
    Angles at(int[] positions, int[] lengths) {
        int half = inverseFrequencies.length;
        float[] cosine = new float[positions.length * 2 * half];
        float[] sine = new float[cosine.length];
        // Row behind the one that has a position, by position and by which frequencies turn it.
        int[] firstAt = new int[2 * (Arrays.stream(positions).max().orElse(-1) + 1)];
        for (int t = 0; t < positions.length; t++) {
            boolean outgrown = lengths[t] > longestWithin;
            int of = 2 * positions[t] + (outgrown ? 1 : 0);
            if (firstAt[of] > 0) {
                // Documents begin at the same positions again: a copy instead of cosines.
                int from = (firstAt[of] - 1) * 2 * half;
                System.arraycopy(cosine, from, cosine, t * 2 * half, 2 * half);
                System.arraycopy(sine, from, sine, t * 2 * half, 2 * half);
                continue;
            }
            firstAt[of] = t + 1;
            float[] frequencies = outgrown ? beyond : inverseFrequencies;
            for (int i = 0; i < half; i++) {
                float angle = positions[t] * frequencies[i];
                int first = t * 2 * half + i;
                cosine[first] = (float) (Math.cos(angle) * strength);
                cosine[first + half] = cosine[first];
                sine[first + half] = (float) (Math.sin(angle) * strength);
                sine[first] = -sine[first + half];
            }
        }
        return new Angles(
                TensorBytes.floats(cosine, positions.length, 1, 2L * half),
                TensorBytes.floats(sine, positions.length, 1, 2L * half));
    }
}
