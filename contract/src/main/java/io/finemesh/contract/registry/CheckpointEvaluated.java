package io.finemesh.contract.registry;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import java.util.List;

/**
 * A checkpoint has scores, outcomes of single samples included. A duplicate by evaluation changes nothing.
 *
 * @param evaluation the evaluation
 * @param checkpoint what was scored
 * @param scores its scores
 */
public record CheckpointEvaluated(EvaluationId evaluation, CheckpointId checkpoint, List<TaskScore> scores)
        implements PromotionSignal {
    public CheckpointEvaluated {
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(checkpoint, "checkpoint is null");
        scores = List.copyOf(scores);
    }
}
