package io.finemesh.score.gate;

import static java.util.Objects.requireNonNull;

/** A condition on one metric of one task. */
public sealed interface Rule {
    /** The task. */
    String task();

    /** The metric, by its key in results. */
    String metric();

    /** Which way is better. */
    Direction direction();

    /** Which way a metric is better. */
    enum Direction {
        HIGHER_IS_BETTER,
        LOWER_IS_BETTER;

        /** How much better one value is than another; negative when it is worse. */
        double gain(double value, double than) {
            return this == HIGHER_IS_BETTER ? value - than : than - value;
        }
    }

    /**
     * The challenger's figure is at least (or, where lower is better, at most) a bound.
     *
     * @param bound the bound itself passes
     */
    record Threshold(String task, String metric, Direction direction, double bound) implements Rule {
        public Threshold {
            requireNonNull(task, "task is null");
            requireNonNull(metric, "metric is null");
            requireNonNull(direction, "direction is null");
            if (!Double.isFinite(bound)) {
                throw new IllegalArgumentException("a bound is a finite number, not " + bound);
            }
        }
    }

    /**
     * The challenger's figure is not worse than the champion's by more than a tolerance. Passes where there is no champion.
     *
     * @param tolerance how much worse is still accepted; 0 or more
     */
    record NoRegression(String task, String metric, Direction direction, double tolerance) implements Rule {
        public NoRegression {
            requireNonNull(task, "task is null");
            requireNonNull(metric, "metric is null");
            requireNonNull(direction, "direction is null");
            if (!(tolerance >= 0) || Double.isInfinite(tolerance)) {
                throw new IllegalArgumentException("a tolerance is 0 or more, not " + tolerance);
            }
        }
    }

    /**
     * On the samples that both answered the challenger is better, or at least not significantly worse. Passes where there is no champion.
     *
     * @param demand what must be shown
     * @param test how it is shown
     * @param level probability of a false alarm that is accepted, such as 0.05
     * @param fewest fewest common samples on which anything may be decided
     */
    record Paired(String task, String metric, Direction direction, Demand demand, Test test, double level, int fewest)
            implements Rule {
        public Paired {
            requireNonNull(task, "task is null");
            requireNonNull(metric, "metric is null");
            requireNonNull(direction, "direction is null");
            requireNonNull(demand, "demand is null");
            requireNonNull(test, "test is null");
            if (!(level > 0 && level < 1)) {
                throw new IllegalArgumentException("a level is between 0 and 1, not " + level);
            }
            if (fewest < 1) {
                throw new IllegalArgumentException("at least one common sample is needed, not " + fewest);
            }
        }
    }

    /** What a paired comparison must show. */
    enum Demand {
        /** The challenger is significantly better. */
        BETTER,
        /** The challenger is not significantly worse. */
        NOT_WORSE
    }

    /** How a paired comparison is made. */
    enum Test {
        /** McNemar's exact test; for metrics of 0 and 1. */
        MCNEMAR,
        /** A percentile bootstrap interval of the mean difference. */
        BOOTSTRAP
    }
}
