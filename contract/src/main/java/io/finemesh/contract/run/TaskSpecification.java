package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

/**
 * One evaluation task.
 *
 * @param task what is measured
 * @param limit at most this many samples; 0 = all
 * @param maxNewTokens longest generated answer in tokens
 */
public record TaskSpecification(EvaluationTask task, int limit, int maxNewTokens) {
    public TaskSpecification {
        requireNonNull(task, "task is null");
    }
}
