package io.finemesh.plan.schedule;

import java.util.Objects;

/**
 * The learning rate as a closed form of the update's number: no state, so a resumed run cannot be off by a step.
 *
 * <p>The same values as {@code get_constant_schedule_with_warmup}, {@code get_linear_schedule_with_warmup} and
 * {@code get_cosine_schedule_with_warmup} of Hugging Face transformers ({@code optimization.py}), so that curves compare with runs made there. In
 * particular, with a warm-up the first update has rate 0 and update {@code warmupSteps} the first full rate; and the last update of a run,
 * {@code totalSteps - 1}, is one notch above the final rate.
 *
 * @param kind shape after the warm-up
 * @param peak rate at the end of the warm-up; finite, not negative
 * @param warmupSteps updates of linear rise from 0; 0 for none
 * @param totalSteps updates at whose end the decay is complete; at least 1 and at least {@code warmupSteps}
 * @param finalFraction of {@code peak} at the end of a decay, 0 to 1; not used by {@link Kind#CONSTANT}
 */
public record LearningRateSchedule(Kind kind, double peak, long warmupSteps, long totalSteps, double finalFraction) {
    /** Shape of the rate after the warm-up. */
    public enum Kind {
        /** Stays at the peak. */
        CONSTANT,
        /** Falls by the same amount each update. */
        LINEAR,
        /** Half a cosine wave. */
        COSINE
    }

    public LearningRateSchedule {
        Objects.requireNonNull(kind, "kind is null");
        if (!(peak >= 0) || Double.isInfinite(peak)) {
            throw new IllegalArgumentException("peak learning rate must be finite and not negative, got " + peak);
        }
        if (totalSteps < 1) {
            throw new IllegalArgumentException("a schedule covers at least 1 step, got " + totalSteps);
        }
        if (warmupSteps < 0 || warmupSteps > totalSteps) {
            throw new IllegalArgumentException(
                    "warm-up must be 0 to " + totalSteps + " steps (the whole run), got " + warmupSteps);
        }
        if (!(finalFraction >= 0 && finalFraction <= 1)) {
            throw new IllegalArgumentException("final fraction of the peak rate must be 0 to 1, got " + finalFraction);
        }
    }

    /** A rate that never changes. */
    public static LearningRateSchedule constant(double rate, long totalSteps) {
        return new LearningRateSchedule(Kind.CONSTANT, rate, 0, totalSteps, 1.0);
    }

    /**
     * The rate of one update.
     *
     * @param step 0-based number of the update; beyond {@code totalSteps} the rate stays where the decay ended
     */
    public double at(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("updates are counted from 0, got " + step);
        }
        if (step < warmupSteps) {
            return peak * ((double) step / warmupSteps);
        }
        long decaySteps = Math.max(1, totalSteps - warmupSteps);
        double progress = Math.min(1.0, (double) (step - warmupSteps) / decaySteps);
        return switch (kind) {
            case CONSTANT -> peak;
            case LINEAR -> peak * decayed(1.0 - progress);
            case COSINE -> peak * decayed(0.5 * (1.0 + Math.cos(Math.PI * progress)));
        };
    }

    private double decayed(double remaining) {
        return finalFraction + (1.0 - finalFraction) * remaining;
    }
}
