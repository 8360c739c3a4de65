package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.json.SinceForm;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every task has its score. A duplicate says the same again.
 *
 * @param evaluation identity
 * @param runId run that asked; empty where none did
 * @param checkpoint what is scored
 * @param afterSteps optimizer steps the checkpoint has seen in this run
 * @param weightsDigest digest of the weights that were scored
 * @param scores the figures
 * @param elapsedMillis time taken in milliseconds
 * @param records where the records of each task are
 * @param data by task: what it was asked on
 */
public record EvaluationCompleted(
        EvaluationId evaluation,
        Optional<RunId> runId,
        CheckpointId checkpoint,
        long afterSteps,
        String weightsDigest,
        List<TaskScore> scores,
        long elapsedMillis,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(2)
        Optional<List<TaskRecords>> records,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(3)
        Optional<Map<String, DatasetVersion>> data)
        implements EvaluationEvent {
    public EvaluationCompleted {
        requireNonNull(evaluation, "evaluation is null");
        runId = runId == null ? Optional.empty() : runId;
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(weightsDigest, "weightsDigest is null");
        scores = List.copyOf(scores);
        records = records == null ? Optional.empty() : records.map(List::copyOf);
        data = data == null ? Optional.empty() : data.map(Map::copyOf);
    }
}
