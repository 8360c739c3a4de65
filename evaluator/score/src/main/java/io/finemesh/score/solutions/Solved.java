package io.finemesh.score.solutions;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One row: a question, its right answer, and what models wrote.
 *
 * @param line line in the file
 * @param question the question
 * @param reference the right answer as the file has it
 * @param solutions texts of each model, the first of several first
 * @param claims whether the file says that a model's solution is right, where it says so
 */
public record Solved(
        int line, String question, String reference, Map<String, List<String>> solutions, Map<String, Boolean> claims) {
    public Solved {
        solutions = Collections.unmodifiableMap(new LinkedHashMap<>(solutions));
        claims = Map.copyOf(claims);
    }
}
