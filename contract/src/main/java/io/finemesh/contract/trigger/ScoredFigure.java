package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

/**
 * One figure of a scored checkpoint.
 *
 * @param task task name
 * @param metric metric name
 * @param value the figure
 */
public record ScoredFigure(String task, String metric, double value) {
    public ScoredFigure {
        requireNonNull(task, "task is null");
        requireNonNull(metric, "metric is null");
    }
}
