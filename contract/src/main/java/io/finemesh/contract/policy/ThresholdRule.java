package io.finemesh.contract.policy;

import static java.util.Objects.requireNonNull;

/**
 * The challenger's figure is at least (or, where lower is better, at most) a bound.
 *
 * @param task the task
 * @param metric the metric
 * @param better which way is better
 * @param bound the bound itself passes
 */
public record ThresholdRule(String task, String metric, Better better, double bound) implements GateRule {
    public ThresholdRule {
        requireNonNull(task, "task is null");
        requireNonNull(metric, "metric is null");
        requireNonNull(better, "better is null");
    }
}
