package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.util.List;

/**
 * Every task has its score. A duplicate says the same again.
 *
 * @param evaluation identity
 * @param runId run that asked
 * @param checkpoint what is scored
 * @param afterSteps optimizer steps the checkpoint has seen in this run
 * @param weightsDigest digest of the weights that were scored
 * @param scores the figures
 * @param elapsedMillis time taken in milliseconds
 */
public record EvaluationCompleted(
        EvaluationId evaluation,
        RunId runId,
        CheckpointId checkpoint,
        long afterSteps,
        String weightsDigest,
        List<TaskScore> scores,
        long elapsedMillis)
        implements EvaluationEvent {
    public EvaluationCompleted {
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(runId, "runId is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(weightsDigest, "weightsDigest is null");
        scores = List.copyOf(scores);
    }
}
