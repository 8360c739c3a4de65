package io.finemesh.score.mtbench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Wins of a model over others. A pair counts once for each of its two models; pairs without a verdict are left out.
 *
 * @param model the model
 * @param wins pairs that it won in both orders
 * @param losses pairs that it lost in both orders
 * @param ties pairs that were a tie, or whose two orders disagree
 */
public record PairScore(String model, int wins, int losses, int ties) {
    /** Share of pairs that were won. */
    public double winRate() {
        return (double) wins / games();
    }

    /** Share of pairs that were lost. */
    public double lossRate() {
        return (double) losses / games();
    }

    /** Share of pairs that were won, a tie counted as half. */
    public double adjustedWinRate() {
        return (wins + 0.5 * ties) / games();
    }

    private int games() {
        return wins + losses + ties;
    }

    /**
     * Scores of all models, best first.
     *
     * @param baseline where given, only pairs with it count, and it is not listed
     */
    public static List<PairScore> of(List<PairJudgment> judgments, Optional<String> baseline) {
        Map<String, int[]> counts = new LinkedHashMap<>();
        for (PairJudgment pair : judgments) {
            boolean counted = baseline.isEmpty()
                    || baseline.get().equals(pair.first())
                    || baseline.get().equals(pair.second());
            if (counted && pair.outcome() != PairJudgment.Outcome.ERROR) {
                count(counts, pair.first(), pair.outcome(), PairJudgment.Outcome.FIRST_WINS);
                count(counts, pair.second(), pair.outcome(), PairJudgment.Outcome.SECOND_WINS);
            }
        }
        baseline.ifPresent(counts::remove);
        List<PairScore> scores = new ArrayList<>();
        counts.forEach((model, count) -> scores.add(new PairScore(model, count[0], count[1], count[2])));
        scores.sort((one, two) -> Double.compare(two.adjustedWinRate(), one.adjustedWinRate()));
        return scores;
    }

    private static void count(
            Map<String, int[]> counts, String model, PairJudgment.Outcome outcome, PairJudgment.Outcome won) {
        int[] count = counts.computeIfAbsent(model, key -> new int[3]);
        if (outcome == PairJudgment.Outcome.TIE) {
            count[2]++;
        } else {
            count[outcome == won ? 0 : 1]++;
        }
    }
}
