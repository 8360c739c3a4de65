package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.util.List;

/**
 * A checkpoint has scores. A duplicate by evaluation id is ignored.
 *
 * @param runId run that asked; key of the record
 * @param evaluation the evaluation
 * @param checkpoint what was scored
 * @param figures its figures
 */
public record CheckpointScored(
        RunId runId, EvaluationId evaluation, CheckpointId checkpoint, List<ScoredFigure> figures)
        implements TriggerSignal {
    public CheckpointScored {
        requireNonNull(runId, "runId is null");
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(checkpoint, "checkpoint is null");
        figures = List.copyOf(figures);
    }
}
