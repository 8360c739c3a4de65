package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.util.Optional;

/**
 * The evaluation ended without a score.
 *
 * @param evaluation identity
 * @param runId run that asked; empty where none did
 * @param checkpoint what is scored
 * @param failure why
 */
public record EvaluationFailed(EvaluationId evaluation, Optional<RunId> runId, CheckpointId checkpoint, Failure failure)
        implements EvaluationEvent {
    public EvaluationFailed {
        requireNonNull(evaluation, "evaluation is null");
        runId = runId == null ? Optional.empty() : runId;
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(failure, "failure is null");
    }
}
