package io.finemesh.engine.train;

import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.plan.schedule.LearningRateSchedule;
import java.util.Objects;

/**
 * What stays the same over a run.
 *
 * @param method which parameters are trained at a time, and how
 * @param batch how much is trained on at once
 * @param schedule of the learning rate
 * @param maxGradientNorm to which gradients are clipped by their global norm; infinite for no clipping
 * @param seed of everything random in the run
 * @param precision in which weights are held
 * @param totalSteps optimizer steps of the run
 */
public record TrainingPlan(
        Method method,
        BatchPlan batch,
        LearningRateSchedule schedule,
        double maxGradientNorm,
        long seed,
        Precision precision,
        long totalSteps) {

    public TrainingPlan {
        Objects.requireNonNull(method, "method is null");
        Objects.requireNonNull(batch, "batch is null");
        Objects.requireNonNull(schedule, "schedule is null");
        Objects.requireNonNull(precision, "precision is null");
        if (!(maxGradientNorm > 0)) {
            throw new IllegalArgumentException(
                    "maximum gradient norm must be positive, or infinite for no clipping; got " + maxGradientNorm);
        }
        if (totalSteps < 1) {
            throw new IllegalArgumentException("a run has at least 1 step, got " + totalSteps);
        }
    }
}
