package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.json.SinceForm;
import java.util.Optional;

/**
 * One figure of a scored checkpoint.
 *
 * @param task task name
 * @param metric metric name
 * @param value the figure
 * @param judge who rated, where somebody did: figures of different judges do not compare
 */
public record ScoredFigure(
        String task,
        String metric,
        double value,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(5)
        Optional<String> judge) {
    public ScoredFigure {
        requireNonNull(task, "task is null");
        requireNonNull(metric, "metric is null");
        judge = judge == null ? Optional.empty() : judge;
    }

    /** A figure that nobody's judgment went into. */
    public ScoredFigure(String task, String metric, double value) {
        this(task, metric, value, Optional.empty());
    }
}
