package io.finemesh.demo.client;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a run gave.
 *
 * @param id the run
 * @param phase how it ended
 * @param checkpoint its last checkpoint
 * @param steps optimizer steps committed
 * @param scores figures of every evaluation
 * @param failure why it did not complete
 */
public record RunOutcome(
        String id,
        String phase,
        Optional<String> checkpoint,
        long steps,
        List<Score> scores,
        Optional<String> failure) {
    public RunOutcome {
        scores = List.copyOf(scores);
    }

    /** The figure before the first optimizer step. */
    public Optional<Double> before(String metric) {
        return scores.stream()
                .filter(score -> score.metric().equals(metric) && score.afterSteps() == 0)
                .map(Score::value)
                .findFirst();
    }

    /** The figure after the last optimizer step that was evaluated. */
    public Optional<Double> after(String metric) {
        return scores.stream()
                .filter(score -> score.metric().equals(metric) && score.afterSteps() > 0)
                .max(Comparator.comparingLong(Score::afterSteps))
                .map(Score::value);
    }
}
