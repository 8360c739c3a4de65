package io.finemesh.engine.kernel;

/**
 * Constants of one step of AdamW with decay after the update: {@code w = (w - a m / (sqrt(v) + e)) k}.
 *
 * @param gradientScale factor on the gradient before anything else, of clipping for instance
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param meanShare weight of the gradient in the first moment, 1 - beta1
 * @param varianceShare weight of its square in the second, 1 - beta2
 * @param stepSize a: learning rate with both bias corrections, {@code rate * sqrt(1 - beta2^t) / (1 - beta1^t)}
 * @param denominatorEpsilon e: epsilon times {@code sqrt(1 - beta2^t)}
 * @param keep k: {@code 1 - rate * decay}
 */
public record AdamStep(
        float gradientScale,
        float beta1,
        float beta2,
        float meanShare,
        float varianceShare,
        float stepSize,
        float denominatorEpsilon,
        float keep) {
    /**
     * The constants of an update.
     *
     * @param update number of the update, from 1
     */
    public static AdamStep of(
            long update,
            double learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            double gradientScale) {
        if (update < 1) {
            throw new IllegalArgumentException("updates are counted from 1, got " + update);
        }
        double meanCorrection = 1 - Math.pow(beta1, update);
        double varianceCorrection = Math.sqrt(1 - Math.pow(beta2, update));
        return new AdamStep(
                (float) gradientScale,
                (float) beta1,
                (float) beta2,
                (float) (1 - beta1),
                (float) (1 - beta2),
                (float) (learningRate * varianceCorrection / meanCorrection),
                (float) (epsilon * varianceCorrection),
                (float) (1 - learningRate * weightDecay));
    }
}
