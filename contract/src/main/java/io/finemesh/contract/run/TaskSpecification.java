package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.json.SinceForm;
import java.util.Locale;
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

    /** Name that its figures are filed under; those of a user's own task have the name in the task file. */
    public String name() {
        String name = task.name().toLowerCase(Locale.ROOT);
        return task == EvaluationTask.MMLU || task == EvaluationTask.SUPERGLUE
                ? options.flatMap(TaskOptions::subject)
                        .map(subject -> name + "_" + subject)
                        .orElse(name)
                : name;
    }

    /** A task as it is by itself. */
    public TaskSpecification(EvaluationTask task, int limit, int maxNewTokens) {
        this(task, limit, maxNewTokens, Optional.empty());
    }
}
