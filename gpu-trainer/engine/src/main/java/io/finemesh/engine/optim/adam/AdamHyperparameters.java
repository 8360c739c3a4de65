package io.finemesh.engine.optim.adam;

import io.finemesh.engine.model.WeightSlot;
import java.util.Objects;

/**
 * Settings of AdamW that stay the same over a run; the learning rate comes from the schedule.
 *
 * @param beta1 how much of the first moment stays at each update, 0 (inclusive) to 1
 * @param beta2 how much of the second moment stays at each update, 0 (inclusive) to 1
 * @param epsilon added to the root of the bias-corrected second moment; positive
 * @param weightDecay fraction of a weight, times the learning rate, that is taken off at each update; 0 for none
 * @param decay which weights are decayed
 */
public record AdamHyperparameters(double beta1, double beta2, double epsilon, double weightDecay, Decay decay) {
    /** Which weights are decayed. */
    public enum Decay {
        /** Every weight, norms and biases too. */
        ALL,
        /** Matrices only; norms and biases keep their scale. */
        MATRICES
    }

    public AdamHyperparameters {
        Objects.requireNonNull(decay, "decay is null");
        requireFraction("beta1", beta1);
        requireFraction("beta2", beta2);
        if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException("epsilon must be positive and finite, got " + epsilon);
        }
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException("weight decay must be finite and not negative, got " + weightDecay);
        }
    }

    /** PyTorch's defaults with the given decay of matrices: betas 0.9 and 0.999, epsilon 1e-8. */
    public static AdamHyperparameters withDecay(double weightDecay) {
        return new AdamHyperparameters(0.9, 0.999, 1e-8, weightDecay, Decay.MATRICES);
    }

    /** The weight decay of the tensors in a slot. */
    public double decayOf(WeightSlot slot) {
        return switch (decay) {
            case ALL -> weightDecay;
            case MATRICES -> slot.isMatrix() ? weightDecay : 0;
        };
    }

    private static void requireFraction(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " must be at least 0 and below 1, got " + value);
        }
    }
}
