package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.json.SinceForm;
import java.util.Optional;

/**
 * One evaluation task.
 *
 * @param task what is measured
 * @param limit at most this many samples; 0 = all
 * @param maxNewTokens longest generated answer in tokens
 * @param options what the task is told beside that
 */
public record TaskSpecification(
        EvaluationTask task,
        int limit,
        int maxNewTokens,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(2)
        Optional<TaskOptions> options) {
    public TaskSpecification {
        requireNonNull(task, "task is null");
        options = options == null ? Optional.empty() : options;
    }

    /** A task as it is by itself. */
    public TaskSpecification(EvaluationTask task, int limit, int maxNewTokens) {
        this(task, limit, maxNewTokens, Optional.empty());
    }
}
