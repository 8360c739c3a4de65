package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.util.Optional;

/**
 * What an evaluator will have spent of a range's share of the judge's budget when the requests that it sends next are answered; said before they are sent, so that whoever goes on in its place counts
 * them. The last one of an evaluator holds; a duplicate says the same again.
 *
 * @param evaluation evaluation that pays
 * @param runId run that asked; empty where none did
 * @param checkpoint what is scored
 * @param key what is asked of which weights
 * @param evaluator who spends
 * @param requests requests in all, attempts counted each
 * @param tokens tokens in all; for requests without an answer yet as many as a reply may have
 */
public record JudgeSpending(
        EvaluationId evaluation,
        Optional<RunId> runId,
        CheckpointId checkpoint,
        BlobDigest key,
        String evaluator,
        long requests,
        long tokens)
        implements EvaluationEvent {
    public JudgeSpending {
        requireNonNull(evaluation, "evaluation is null");
        runId = runId == null ? Optional.empty() : runId;
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(key, "key is null");
        requireNonNull(evaluator, "evaluator is null");
    }
}
