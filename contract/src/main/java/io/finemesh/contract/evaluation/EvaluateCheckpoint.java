package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.Message;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.json.SinceForm;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.TaskSpecification;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Score a committed checkpoint. A duplicate by evaluation id is answered from the first result. Owner: scheduler.
 *
 * @param evaluation identity
 * @param runId run that asks; empty where none does
 * @param checkpoint what to score
 * @param afterSteps optimizer steps the checkpoint has seen in this run
 * @param dataset held-out data
 * @param tasks what to measure
 * @param specification template, precision and cut-off are taken from here
 * @param datasets data sets by the names that tasks use
 */
public record EvaluateCheckpoint(
        EvaluationId evaluation,
        Optional<RunId> runId,
        CheckpointId checkpoint,
        long afterSteps,
        ResolvedDataset dataset,
        List<TaskSpecification> tasks,
        RunSpecification specification,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(2)
        Optional<Map<String, ResolvedDataset>> datasets)
        implements Message {
    public EvaluateCheckpoint {
        requireNonNull(evaluation, "evaluation is null");
        runId = runId == null ? Optional.empty() : runId;
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(dataset, "dataset is null");
        tasks = List.copyOf(tasks);
        requireNonNull(specification, "specification is null");
        datasets = datasets == null ? Optional.empty() : datasets.map(Map::copyOf);
    }

    /** What is to be measured. */
    public EvaluationWork work() {
        return new EvaluationWork(
                checkpoint,
                afterSteps,
                Optional.of(dataset),
                datasets.orElse(Map.of()),
                tasks,
                new EvaluationSettings(
                        specification.template(),
                        specification.precision(),
                        specification.batch().cutoffTokens(),
                        specification.batch().longSamples(),
                        Optional.empty()),
                Optional.empty(),
                Optional.empty());
    }
}
