package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.EvaluationId;

/**
 * Nobody waits for this evaluation any more, whoever asked for it. Ignored when it has ended; a duplicate changes nothing. Owner: gateway.
 *
 * @param evaluation the evaluation
 * @param reason why, for people
 */
public record CancelEvaluation(EvaluationId evaluation, String reason) implements EvaluationRequest {
    public CancelEvaluation {
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(reason, "reason is null");
    }
}
