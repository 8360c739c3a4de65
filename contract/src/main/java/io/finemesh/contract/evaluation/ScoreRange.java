package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.Message;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.json.SinceForm;
import io.finemesh.contract.run.JudgeBudget;
import java.util.Optional;

/**
 * Answer some of a task's questions: the unit in which an evaluation is spread over evaluators. A duplicate by key is answered from the first result. Owner: evaluator,
 * whichever leads the evaluation.
 *
 * @param evaluation evaluation it is a part of
 * @param runId run that asks; empty where none does
 * @param work the whole evaluation
 * @param task index of the task in the work
 * @param from first question, from 0
 * @param to the question after the last
 * @param key digest of the weights, of every prompt of the range and of the generation settings: equal keys mean equal answers
 * @param budget the range's share of what asking a judge may cost; absent where none is asked over a server
 */
public record ScoreRange(
        EvaluationId evaluation,
        Optional<RunId> runId,
        EvaluationWork work,
        int task,
        int from,
        int to,
        BlobDigest key,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(8)
        Optional<JudgeBudget> budget)
        implements Message {
    public ScoreRange {
        requireNonNull(evaluation, "evaluation is null");
        runId = runId == null ? Optional.empty() : runId;
        requireNonNull(work, "work is null");
        requireNonNull(key, "key is null");
        budget = budget == null ? Optional.empty() : budget;
    }
}
