package io.finemesh.score.mtbench;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * One question to a judge. The judge answers with temperature 0 and at most {@link #LONGEST_REPLY} tokens.
 *
 * @param question the question's number
 * @param turn 1 or 2: the turn that is judged
 * @param model whose answer is judged; in a pair, whose answer is A
 * @param other in a pair, whose answer is B
 * @param prompt name of the prompt
 * @param outputFormat form of the reply
 * @param system the judge's instruction
 * @param user the filled template
 */
public record JudgeRequest(
        long question,
        int turn,
        String model,
        Optional<String> other,
        String prompt,
        String outputFormat,
        String system,
        String user) {
    /** Most tokens of a reply. */
    public static final int LONGEST_REPLY = 2048;

    public JudgeRequest {
        requireNonNull(model, "model is null");
        requireNonNull(other, "other is null");
        requireNonNull(prompt, "prompt is null");
        requireNonNull(outputFormat, "outputFormat is null");
        requireNonNull(system, "system is null");
        requireNonNull(user, "user is null");
    }
}
