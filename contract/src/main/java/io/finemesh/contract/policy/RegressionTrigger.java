package io.finemesh.contract.policy;

import static java.util.Objects.requireNonNull;

/**
 * The checkpoint that holds the alias scores worse than it once did.
 *
 * @param name name within the policy
 * @param task task of the score
 * @param metric metric of the score
 * @param better which way the metric is better
 * @param drop how much worse than its first score; above 0
 */
public record RegressionTrigger(String name, String task, String metric, Better better, double drop)
        implements TriggerSpecification {
    public RegressionTrigger {
        requireNonNull(name, "name is null");
        requireNonNull(task, "task is null");
        requireNonNull(metric, "metric is null");
        requireNonNull(better, "better is null");
    }
}
