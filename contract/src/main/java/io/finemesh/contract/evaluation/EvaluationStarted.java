package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.util.Optional;

/**
 * The checkpoint is loaded and scoring begins.
 *
 * @param evaluation identity
 * @param runId run that asked; empty where none did
 * @param checkpoint what is scored
 * @param evaluator who scores
 */
public record EvaluationStarted(
        EvaluationId evaluation, Optional<RunId> runId, CheckpointId checkpoint, String evaluator)
        implements EvaluationEvent {
    public EvaluationStarted {
        requireNonNull(evaluation, "evaluation is null");
        runId = runId == null ? Optional.empty() : runId;
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(evaluator, "evaluator is null");
    }
}
