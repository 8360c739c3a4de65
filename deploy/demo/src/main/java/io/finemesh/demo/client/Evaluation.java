package io.finemesh.demo.client;

import java.util.List;
import java.util.Optional;

/**
 * What an evaluation found.
 *
 * @param checkpoint what was scored
 * @param scores its figures
 */
public record Evaluation(String checkpoint, List<Score> scores) {
    public Evaluation {
        scores = List.copyOf(scores);
    }

    /** One figure. */
    public Optional<Double> figure(String metric) {
        return scores.stream()
                .filter(score -> score.metric().equals(metric))
                .map(Score::value)
                .findFirst();
    }
}
