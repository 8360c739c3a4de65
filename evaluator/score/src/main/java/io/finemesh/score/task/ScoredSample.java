package io.finemesh.score.task;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * An example, what a model gave for it, and what that is worth.
 *
 * @param example the example
 * @param response the model's
 * @param verdicts one for each way of reading the response
 */
public record ScoredSample(Example example, Response response, List<Verdict> verdicts) {
    public ScoredSample {
        requireNonNull(example, "example is null");
        requireNonNull(response, "response is null");
        verdicts = List.copyOf(verdicts);
    }

    /** Judges a response. */
    public static ScoredSample of(Task task, Example example, Response response) {
        return new ScoredSample(example, response, task.judge(example, response));
    }
}
