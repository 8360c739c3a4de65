package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;

/**
 * The checkpoint is loaded and scoring begins.
 *
 * @param evaluation identity
 * @param runId run that asked
 * @param checkpoint what is scored
 * @param evaluator who scores
 */
public record EvaluationStarted(EvaluationId evaluation, RunId runId, CheckpointId checkpoint, String evaluator)
        implements EvaluationEvent {
    public EvaluationStarted {
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(runId, "runId is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(evaluator, "evaluator is null");
    }
}
