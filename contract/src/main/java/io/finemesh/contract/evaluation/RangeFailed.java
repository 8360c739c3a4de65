package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.util.Optional;

/**
 * Some of a task's questions could not be answered; the evaluation ends with this failure.
 *
 * @param evaluation evaluation it is a part of
 * @param runId run that asked; empty where none did
 * @param checkpoint what is scored
 * @param key what was asked of which weights
 * @param evaluator who tried
 * @param failure why
 */
public record RangeFailed(
        EvaluationId evaluation,
        Optional<RunId> runId,
        CheckpointId checkpoint,
        BlobDigest key,
        String evaluator,
        Failure failure)
        implements EvaluationEvent {
    public RangeFailed {
        requireNonNull(evaluation, "evaluation is null");
        runId = runId == null ? Optional.empty() : runId;
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(key, "key is null");
        requireNonNull(evaluator, "evaluator is null");
        requireNonNull(failure, "failure is null");
    }
}
