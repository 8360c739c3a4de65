package io.finemesh.score.gsm8k;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One problem, or one worked example.
 *
 * @param question the problem
 * @param answer the solution in words; ends in {@code #### N} in the published data
 * @param source the row as it was read
 */
public record Gsm8kDocument(String question, String answer, ObjectNode source) {
    public Gsm8kDocument {
        requireNonNull(question, "question is null");
        requireNonNull(answer, "answer is null");
        requireNonNull(source, "source is null");
    }
}
