package io.finemesh.engine.model;

import io.finemesh.engine.tensor.TensorBytes;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Rotary position embedding (RoFormer, arXiv 2104.09864): pair i of a head's elements is turned by position * theta^(-2i/D).
 *
 * <p>Pairs are (i, i + D/2), as in Hugging Face weights, so that {@code turned = x * cos + swapHalves(x) * sin} with the sign in {@code sin}. Angles are
 * 32-bit floats as in transformers' {@code modeling_rope_utils.py}, whose numbers the weights were trained with.
 *
 * <p>Shapes: T tokens, D head dimension.
 */
final class RotaryEmbedding {
    private final float[] inverseFrequencies; // [D/2]

    /** Turning rates for a head dimension. */
    RotaryEmbedding(float[] inverseFrequencies) {
        this.inverseFrequencies = inverseFrequencies.clone();
    }

    /**
     * Cosine and signed sine for the given positions.
     *
     * @param cosine [T, 1, D]
     * @param sine [T, 1, D], negative in the first half of D
     */
    record Angles(Tensor cosine, Tensor sine) {
        /** Turns heads. @param heads [T, heads, D] */
        Tensor turn(Tensor heads) {
            Tensor swapped = torch.roll(heads, new long[] {cosine.size(2) / 2}, -1);
            return torch.addcmul(heads.mul(cosine), swapped, sine);
        }
    }

    /** The angles at the given positions; owned by the innermost scope. */
    Angles at(int[] positions) {
        int half = inverseFrequencies.length;
        float[] cosine = new float[positions.length * 2 * half];
        float[] sine = new float[cosine.length];
        for (int t = 0; t < positions.length; t++) {
            for (int i = 0; i < half; i++) {
                float angle = positions[t] * inverseFrequencies[i];
                int first = t * 2 * half + i;
                cosine[first] = (float) Math.cos(angle);
                cosine[first + half] = cosine[first];
                sine[first + half] = (float) Math.sin(angle);
                sine[first] = -sine[first + half];
            }
        }
        return new Angles(
                TensorBytes.floats(cosine, positions.length, 1, 2L * half),
                TensorBytes.floats(sine, positions.length, 1, 2L * half));
    }
}
