package io.finemesh.contract.policy;

import static java.util.Objects.requireNonNull;

/**
 * On the samples that both answered the challenger is better, or not significantly worse.
 *
 * @param task the task
 * @param metric the metric
 * @param better which way is better
 * @param demand what must be shown
 * @param test how it is shown
 * @param confidence of the interval or test, such as 0.95
 * @param fewest fewest common samples on which anything may be decided
 */
public record PairedRule(
        String task, String metric, Better better, PairedDemand demand, PairedTest test, double confidence, int fewest)
        implements GateRule {
    public PairedRule {
        requireNonNull(task, "task is null");
        requireNonNull(metric, "metric is null");
        requireNonNull(better, "better is null");
        requireNonNull(demand, "demand is null");
        requireNonNull(test, "test is null");
    }
}
