package io.finemesh.score.mtbench;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.python.PythonJson;

/**
 * What a judge said about one answer.
 *
 * @param question the question's number
 * @param model whose answer
 * @param judge who judged
 * @param prompt by which prompt
 * @param user what the judge was asked; empty where a file does not say
 * @param reply what it replied; empty where a file does not say
 * @param score the rating; -1 where there is none
 * @param turn 1 or 2
 * @param timestamp when, in seconds of the Unix epoch
 */
public record Judgment(
        long question,
        String model,
        String judge,
        String prompt,
        String user,
        String reply,
        double score,
        int turn,
        double timestamp) {
    public Judgment {
        requireNonNull(model, "model is null");
        requireNonNull(judge, "judge is null");
        requireNonNull(prompt, "prompt is null");
        requireNonNull(user, "user is null");
        requireNonNull(reply, "reply is null");
    }

    /** The judgment in a judge's reply. */
    public static Judgment of(JudgeRequest request, String judge, String reply, double timestamp) {
        return new Judgment(
                request.question(),
                request.model(),
                judge,
                request.prompt(),
                request.user(),
                reply,
                Rating.of(reply).score(),
                request.turn(),
                timestamp);
    }

    /** The line of a judgment file; whole scores are written without a fraction. */
    public String line() {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("question_id", question).put("model", model);
        line.putArray("judge").add(judge).add(prompt);
        line.put("user_prompt", user).put("judgment", reply);
        if (score == Math.rint(score)) {
            line.put("score", (long) score);
        } else {
            line.put("score", score);
        }
        line.put("turn", turn).put("tstamp", timestamp);
        return PythonJson.line(line, true);
    }
}
