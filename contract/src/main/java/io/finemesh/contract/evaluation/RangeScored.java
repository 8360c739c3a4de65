package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.store.BlobReference;
import java.util.Optional;

/**
 * Some of a task's questions are answered, and the answers are in object storage: the progress of an evaluation. A duplicate says the same again.
 *
 * @param evaluation evaluation it is a part of
 * @param runId run that asked; empty where none did
 * @param checkpoint what is scored
 * @param task task name
 * @param from first question, from 0
 * @param to the question after the last
 * @param total questions of the task
 * @param key what was asked of which weights; the same key is never computed again
 * @param answers one JSON line an answer
 * @param evaluator who scored
 * @param elapsedMillis time taken in milliseconds
 */
public record RangeScored(
        EvaluationId evaluation,
        Optional<RunId> runId,
        CheckpointId checkpoint,
        String task,
        int from,
        int to,
        int total,
        BlobDigest key,
        BlobReference answers,
        String evaluator,
        long elapsedMillis)
        implements EvaluationEvent {
    public RangeScored {
        requireNonNull(evaluation, "evaluation is null");
        runId = runId == null ? Optional.empty() : runId;
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(task, "task is null");
        requireNonNull(key, "key is null");
        requireNonNull(answers, "answers is null");
        requireNonNull(evaluator, "evaluator is null");
    }
}
