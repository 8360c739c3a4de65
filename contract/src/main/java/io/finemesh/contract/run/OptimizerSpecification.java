package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

/**
 * Adam and its learning rate.
 *
 * @param learningRate peak learning rate, above 0
 * @param shape decay after warm-up
 * @param warmupSteps optimizer steps of linear warm-up
 * @param finalFraction learning rate at the end as a fraction of the peak
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled weight decay; norms and biases are excluded
 * @param maxGradientNorm global norm to clip at; 0 = no clipping
 */
public record OptimizerSpecification(
        double learningRate,
        LearningRateShape shape,
        long warmupSteps,
        double finalFraction,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double maxGradientNorm) {
    public OptimizerSpecification {
        requireNonNull(shape, "shape is null");
    }
}
