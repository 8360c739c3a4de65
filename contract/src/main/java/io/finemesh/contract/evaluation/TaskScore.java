package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import java.util.OptionalDouble;

/**
 * One figure of one task.
 *
 * @param task task name, such as held_out_loss
 * @param metric metric name, such as loss, perplexity or exact_match
 * @param value the figure
 * @param standardError its standard error; empty for a single sample
 * @param samples samples it is over
 * @param limited true when a limit left samples out, so that it is no full score
 */
public record TaskScore(
        String task, String metric, double value, OptionalDouble standardError, long samples, boolean limited) {
    public TaskScore {
        requireNonNull(task, "task is null");
        requireNonNull(metric, "metric is null");
        standardError = standardError == null ? OptionalDouble.empty() : standardError;
    }
}
