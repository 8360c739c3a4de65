package io.finemesh.contract.registry;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.json.SinceForm;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint has scores, outcomes of single samples included. A duplicate by evaluation changes nothing.
 *
 * @param evaluation the evaluation
 * @param checkpoint what was scored
 * @param scores its scores
 * @param data by task: what it was asked on
 */
public record CheckpointEvaluated(
        EvaluationId evaluation,
        CheckpointId checkpoint,
        List<TaskScore> scores,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(3)
        Optional<Map<String, DatasetVersion>> data)
        implements PromotionSignal {
    public CheckpointEvaluated {
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(checkpoint, "checkpoint is null");
        scores = List.copyOf(scores);
        data = data == null ? Optional.empty() : data.map(Map::copyOf);
    }
}
