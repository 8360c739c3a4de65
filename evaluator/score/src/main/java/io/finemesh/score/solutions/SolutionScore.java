package io.finemesh.score.solutions;

import static java.util.Objects.requireNonNull;

import io.finemesh.score.figure.Figure;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one model's solutions come to.
 *
 * @param model the model
 * @param samples questions that it solved
 * @param repeats most solutions of one question
 * @param figures means by {@code metric,filter}, over the first solution of each question unless the metric says otherwise
 * @param claimed solutions that the file says are right
 * @param claims solutions about which the file says whether they are right
 * @param contradicted claims that the last-number reading (GSM8K) or the reference reading (MATH) does not agree with
 */
public record SolutionScore(
        String model,
        int samples,
        int repeats,
        Map<String, Figure> figures,
        int claimed,
        int claims,
        int contradicted) {
    public SolutionScore {
        requireNonNull(model, "model is null");
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }

    /** Label of figures over these questions, of which the published set has {@code published}. */
    public static String label(int samples, int published) {
        if (samples < published) {
            return "limited run over " + samples + " of " + published + " documents, not a score";
        }
        return samples == published
                ? "score"
                : "figures over " + samples + " questions; the published set has " + published;
    }
}
