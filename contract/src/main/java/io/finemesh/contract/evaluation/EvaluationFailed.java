package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;

/**
 * The evaluation ended without a score.
 *
 * @param evaluation identity
 * @param runId run that asked
 * @param checkpoint what is scored
 * @param failure why
 */
public record EvaluationFailed(EvaluationId evaluation, RunId runId, CheckpointId checkpoint, Failure failure)
        implements EvaluationEvent {
    public EvaluationFailed {
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(runId, "runId is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(failure, "failure is null");
    }
}
