package io.finemesh.score.mtbench;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.python.PythonJson;

/**
 * What a judge said about the answers of two models, asked in both orders.
 *
 * @param question the question's number
 * @param first one model
 * @param second the other
 * @param judge who judged
 * @param prompt by which prompt
 * @param turn 1 or 2
 * @param firstGame winner when the first model was A: {@code model_1}, {@code model_2}, {@code tie} or {@code error}
 * @param secondGame winner when the second model was A
 */
public record PairJudgment(
        long question,
        String first,
        String second,
        String judge,
        String prompt,
        int turn,
        String firstGame,
        String secondGame) {
    public PairJudgment {
        requireNonNull(first, "first is null");
        requireNonNull(second, "second is null");
        requireNonNull(judge, "judge is null");
        requireNonNull(prompt, "prompt is null");
        requireNonNull(firstGame, "firstGame is null");
        requireNonNull(secondGame, "secondGame is null");
    }

    /** How a pair ended. */
    public enum Outcome {
        FIRST_WINS,
        SECOND_WINS,
        /** A tie in one order, or the two orders disagree. */
        TIE,
        /** An order without a verdict. */
        ERROR
    }

    /** The two orders taken together. */
    public Outcome outcome() {
        if (firstGame.equals("error") || secondGame.equals("error")) {
            return Outcome.ERROR;
        }
        if (firstGame.equals("tie") || !firstGame.equals(secondGame)) {
            return Outcome.TIE;
        }
        return firstGame.equals("model_1") ? Outcome.FIRST_WINS : Outcome.SECOND_WINS;
    }

    /** The judgment in the replies to a request and to the same with the answers exchanged. */
    public static PairJudgment of(JudgeRequest request, String judge, String firstReply, String secondReply) {
        return new PairJudgment(
                request.question(),
                request.model(),
                request.other().orElseThrow(() -> new IllegalArgumentException("a request about one model is no pair")),
                judge,
                request.prompt(),
                request.turn(),
                verdict(request, firstReply).winner("model_1", "model_2"),
                verdict(request, secondReply).winner("model_2", "model_1"));
    }

    private static PairVerdict verdict(JudgeRequest request, String reply) {
        return request.outputFormat().equals(JudgePrompt.TWO_RATINGS)
                ? PairVerdict.ofRatings(reply)
                : PairVerdict.ofLetter(reply);
    }

    /** The line of a pair judgment file. */
    public String line(String firstUser, String firstReply, String secondUser, String secondReply, double timestamp) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("question_id", question).put("model_1", first).put("model_2", second);
        line.put("g1_winner", firstGame).put("g2_winner", secondGame);
        line.putArray("judge").add(judge).add(prompt);
        line.put("g1_user_prompt", firstUser).put("g1_judgment", firstReply);
        line.put("g2_user_prompt", secondUser).put("g2_judgment", secondReply);
        line.put("turn", turn).put("tstamp", timestamp);
        return PythonJson.line(line, true);
    }
}
