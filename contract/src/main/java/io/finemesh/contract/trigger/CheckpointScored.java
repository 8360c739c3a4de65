package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.util.List;
import java.util.Optional;

/**
 * A checkpoint has scores. A duplicate by evaluation id is ignored.
 *
 * @param runId run that asked, if one did; key of the record, or the evaluation where none did
 * @param evaluation the evaluation
 * @param checkpoint what was scored
 * @param figures its figures
 */
public record CheckpointScored(
        Optional<RunId> runId, EvaluationId evaluation, CheckpointId checkpoint, List<ScoredFigure> figures)
        implements TriggerSignal {
    public CheckpointScored {
        runId = runId == null ? Optional.empty() : runId;
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(checkpoint, "checkpoint is null");
        figures = List.copyOf(figures);
    }
}
