package io.finemesh.checkpoint.model;

import java.util.List;

/**
 * Rotary position embedding (arXiv:2104.09864) in the half-split layout of Hugging Face weights.
 *
 * @param theta base of the frequencies: frequency i of d rotated elements is theta^(-2i/d)
 * @param dimension elements of a head that are rotated, the first ones; even
 * @param scaling how the frequencies are changed for longer contexts
 */
public record Rope(double theta, int dimension, Scaling scaling) {
    /** Changes of the frequencies; the names are those of Hugging Face {@code rope_type}. */
    public sealed interface Scaling {}

    /** {@code default}: unchanged. */
    public record Unscaled() implements Scaling {}

    /**
     * {@code linear}: every frequency divided by the factor.
     *
     * @param factor at least 1
     */
    public record Linear(double factor) implements Scaling {}

    /**
     * {@code llama3}: frequencies with wavelength above {@code originalMaxPositions / lowFrequencyFactor} are divided by the
     * factor, those below {@code originalMaxPositions / highFrequencyFactor} stay, those between are interpolated.
     *
     * @param factor at least 1
     * @param lowFrequencyFactor positive
     * @param highFrequencyFactor above {@code lowFrequencyFactor}
     * @param originalMaxPositions context length of pre-training
     */
    public record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalMaxPositions)
            implements Scaling {}

    /**
     * {@code yarn} (arXiv:2309.00071): frequencies that turn more than {@code betaFast} times within the original context stay, those that
     * turn less than {@code betaSlow} times are divided by the factor, those between are blended by a ramp over their index.
     *
     * @param factor at least 1
     * @param originalMaxPositions context length of pre-training
     * @param betaFast above {@code betaSlow}
     * @param betaSlow positive
     * @param attentionFactor by which cosines and sines are multiplied
     * @param truncated whether the ends of the ramp are rounded to whole indices
     */
    public record Yarn(
            double factor,
            int originalMaxPositions,
            double betaFast,
            double betaSlow,
            double attentionFactor,
            boolean truncated)
            implements Scaling {}

    /**
     * {@code longrope} (arXiv:2402.13753): each frequency divided by a factor of its own, one set of factors for sequences within the original context and another
     * for longer ones.
     *
     * @param shortFactors one for each pair of rotated elements, positive
     * @param longFactors as many
     * @param originalMaxPositions tokens of the longest sequence that takes the short factors
     * @param attentionFactor by which cosines and sines are multiplied
     */
    public record LongRope(
            List<Double> shortFactors, List<Double> longFactors, int originalMaxPositions, double attentionFactor)
            implements Scaling {
        public LongRope {
            shortFactors = List.copyOf(shortFactors);
            longFactors = List.copyOf(longFactors);
        }
    }
}
