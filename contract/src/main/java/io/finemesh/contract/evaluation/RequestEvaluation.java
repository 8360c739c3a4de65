package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.EvaluationId;

/**
 * Score a committed checkpoint because somebody asked. A duplicate by evaluation id is answered from the first result. Owner: gateway.
 *
 * @param evaluation identity
 * @param work what to measure
 */
public record RequestEvaluation(EvaluationId evaluation, EvaluationWork work) implements EvaluationRequest {
    public RequestEvaluation {
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(work, "work is null");
    }
}
