package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.TaskSpecification;
import java.util.List;

/**
 * Score a committed checkpoint. A duplicate by evaluation id is answered from the first result. Owner: scheduler.
 *
 * @param evaluation identity
 * @param runId run that asks
 * @param checkpoint what to score
 * @param afterSteps optimizer steps the checkpoint has seen in this run
 * @param dataset held-out data
 * @param tasks what to measure
 * @param specification template, precision and seed are taken from here
 */
public record EvaluateCheckpoint(
        EvaluationId evaluation,
        RunId runId,
        CheckpointId checkpoint,
        long afterSteps,
        ResolvedDataset dataset,
        List<TaskSpecification> tasks,
        RunSpecification specification)
        implements Message {
    public EvaluateCheckpoint {
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(runId, "runId is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(dataset, "dataset is null");
        tasks = List.copyOf(tasks);
        requireNonNull(specification, "specification is null");
    }
}
