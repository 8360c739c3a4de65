package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.json.SinceForm;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.TaskSpecification;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be measured, self-contained: whoever holds it can score any part of it.
 *
 * @param checkpoint what to score
 * @param afterSteps optimizer steps the checkpoint has seen in the run that asks; 0 without one
 * @param dataset data of every task that names none of its own; empty where every task does, or needs none
 * @param datasets data sets by the names that tasks use
 * @param tasks what to measure
 * @param settings how the model is asked
 * @param base checkpoint that an update report and pairs of answers compare with; absent = the one that the run which made the checkpoint started from
 * @param judge who rates open answers; absent where no task has any
 */
public record EvaluationWork(
        CheckpointId checkpoint,
        long afterSteps,
        Optional<ResolvedDataset> dataset,
        Map<String, ResolvedDataset> datasets,
        List<TaskSpecification> tasks,
        EvaluationSettings settings,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(3)
        Optional<CheckpointId> base,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(4)
        Optional<JudgeSettings> judge) {
    public EvaluationWork {
        requireNonNull(checkpoint, "checkpoint is null");
        dataset = dataset == null ? Optional.empty() : dataset;
        datasets = Map.copyOf(datasets);
        tasks = List.copyOf(tasks);
        requireNonNull(settings, "settings is null");
        base = base == null ? Optional.empty() : base;
        judge = judge == null ? Optional.empty() : judge;
    }
}
