package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.TaskSpecification;
import java.util.List;
import java.util.Map;

/**
 * What is to be measured, self-contained: whoever holds it can score any part of it.
 *
 * @param checkpoint what to score
 * @param afterSteps optimizer steps the checkpoint has seen in the run that asks; 0 without one
 * @param dataset data of every task that names none of its own
 * @param datasets data sets by the names that tasks use
 * @param tasks what to measure
 * @param settings how the model is asked
 */
public record EvaluationWork(
        CheckpointId checkpoint,
        long afterSteps,
        ResolvedDataset dataset,
        Map<String, ResolvedDataset> datasets,
        List<TaskSpecification> tasks,
        EvaluationSettings settings) {
    public EvaluationWork {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(dataset, "dataset is null");
        datasets = Map.copyOf(datasets);
        tasks = List.copyOf(tasks);
        requireNonNull(settings, "settings is null");
    }
}
