package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.json.SinceForm;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One figure of one task.
 *
 * @param task task name, such as held_out_loss
 * @param metric metric name, such as loss, perplexity or exact_match; with a comma and the filter where a task reads answers in several ways
 * @param value the figure
 * @param standardError its standard error; empty for a single sample
 * @param samples samples it is over
 * @param limited true when a limit left samples out, so that it is no full score
 * @param outcomes which samples were right, where samples are right or wrong
 * @param judge who rated, where somebody did: figures of different judges do not compare
 */
public record TaskScore(
        String task,
        String metric,
        double value,
        OptionalDouble standardError,
        long samples,
        boolean limited,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(2)
        Optional<Outcomes> outcomes,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(5)
        Optional<String> judge) {
    public TaskScore {
        requireNonNull(task, "task is null");
        requireNonNull(metric, "metric is null");
        standardError = standardError == null ? OptionalDouble.empty() : standardError;
        outcomes = outcomes == null ? Optional.empty() : outcomes;
        judge = judge == null ? Optional.empty() : judge;
    }

    /** A figure that nobody's judgment went into. */
    public TaskScore(
            String task,
            String metric,
            double value,
            OptionalDouble standardError,
            long samples,
            boolean limited,
            Optional<Outcomes> outcomes) {
        this(task, metric, value, standardError, samples, limited, outcomes, Optional.empty());
    }

    /** A figure whose samples are not told one by one. */
    public TaskScore(
            String task, String metric, double value, OptionalDouble standardError, long samples, boolean limited) {
        this(task, metric, value, standardError, samples, limited, Optional.empty());
    }
}
