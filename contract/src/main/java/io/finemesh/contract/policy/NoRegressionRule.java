package io.finemesh.contract.policy;

import static java.util.Objects.requireNonNull;

/**
 * The challenger's figure is not worse than the champion's by more than a tolerance.
 *
 * @param task the task
 * @param metric the metric
 * @param better which way is better
 * @param tolerance how much worse is still accepted; 0 or more
 */
public record NoRegressionRule(String task, String metric, Better better, double tolerance) implements GateRule {
    public NoRegressionRule {
        requireNonNull(task, "task is null");
        requireNonNull(metric, "metric is null");
        requireNonNull(better, "better is null");
    }
}
