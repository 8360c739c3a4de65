package io.finemesh.scheduler.lifecycle;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/**
 * An evaluation that was asked for and has not ended.
 *
 * @param evaluation identity; another attempt has another one, since an evaluator answers a known identity from its first result
 * @param checkpoint what is scored
 * @param afterSteps optimizer steps the checkpoint has seen in the run
 * @param attempt 1 for the first
 * @param since when it was asked for
 */
public record OpenEvaluation(
        EvaluationId evaluation, CheckpointId checkpoint, long afterSteps, int attempt, Instant since) {
    public OpenEvaluation {
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(checkpoint, "checkpoint is null");
        since = since == null ? Instant.EPOCH : since; // kept by a scheduler that did not note it: long ago
    }

    static OpenEvaluation first(RunId run, CheckpointId checkpoint, long afterSteps, Instant now) {
        return attempt(run, checkpoint, afterSteps, 1, now);
    }

    OpenEvaluation again(RunId run, Instant now) {
        return attempt(run, checkpoint, afterSteps, attempt + 1, now);
    }

    private static OpenEvaluation attempt(
            RunId run, CheckpointId checkpoint, long afterSteps, int attempt, Instant now) {
        String name = run.value() + '|' + checkpoint.value() + '|' + afterSteps + '|' + attempt;
        String unique =
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
        return new OpenEvaluation(new EvaluationId("ev-" + unique), checkpoint, afterSteps, attempt, now);
    }
}
