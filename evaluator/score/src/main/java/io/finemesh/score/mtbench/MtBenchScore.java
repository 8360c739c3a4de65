package io.finemesh.score.mtbench;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * What the judgments of one model come to. Rows without a rating (-1) are counted and left out. The average is over all remaining rows, which is not the mean of
 * the two turns when they have different numbers of rows.
 *
 * @param model the model
 * @param rows judgments, those without a rating included
 * @param errors judgments without a rating
 * @param questions different questions
 * @param firstTurn mean rating of first turns; empty where there is none
 * @param secondTurn mean rating of second turns
 * @param average mean rating of all
 * @param byCategory mean rating of each category's questions, both turns
 */
public record MtBenchScore(
        String model,
        int rows,
        int errors,
        int questions,
        OptionalDouble firstTurn,
        OptionalDouble secondTurn,
        OptionalDouble average,
        Map<String, Double> byCategory) {
    /** Judgments of a whole run: both turns of each question. */
    public static final int WHOLE = 2 * Category.PUBLISHED_QUESTIONS;

    /** The judge whose ratings published scores are. */
    public static final String PUBLISHED_JUDGE = "gpt-4";

    /** Scores of each model, by name, every row counted as FastChat counts them. */
    public static Map<String, MtBenchScore> asIs(List<Judgment> judgments, LongFunction<Optional<String>> categories) {
        Map<String, List<Judgment>> byModel = new TreeMap<>();
        judgments.forEach(judgment -> byModel.computeIfAbsent(judgment.model(), key -> new ArrayList<>())
                .add(judgment));
        Map<String, MtBenchScore> scores = new LinkedHashMap<>();
        byModel.forEach((model, rows) -> scores.put(model, of(model, rows, categories)));
        return scores;
    }

    /** Of several rows with the same model, question, judge and prompt the first, as FastChat's cleaning keeps it. */
    public static List<Judgment> deduplicated(List<Judgment> judgments) {
        Set<List<Object>> seen = new HashSet<>();
        return judgments.stream()
                .filter(judgment -> seen.add(List.of(
                        judgment.model(), judgment.question(), judgment.judge(), judgment.prompt(), judgment.turn())))
                .toList();
    }

    private static MtBenchScore of(String model, List<Judgment> rows, LongFunction<Optional<String>> categories) {
        List<Judgment> rated =
                rows.stream().filter(row -> row.score() != Rating.NONE).toList();
        Map<String, List<Judgment>> byCategory = new TreeMap<>();
        for (Judgment judgment : rated) {
            categories.apply(judgment.question()).ifPresent(category -> byCategory
                    .computeIfAbsent(category, key -> new ArrayList<>())
                    .add(judgment));
        }
        Map<String, Double> means = new LinkedHashMap<>();
        byCategory.forEach((category, of) -> means.put(category, mean(of).orElseThrow()));
        return new MtBenchScore(
                model,
                rows.size(),
                rows.size() - rated.size(),
                (int) rows.stream().map(Judgment::question).distinct().count(),
                mean(rated.stream().filter(row -> row.turn() == 1).toList()),
                mean(rated.stream().filter(row -> row.turn() == 2).toList()),
                mean(rated),
                means);
    }

    private static OptionalDouble mean(List<Judgment> rows) {
        return rows.stream().mapToDouble(Judgment::score).average();
    }

    /** What to call this: a score, or what it is instead. A run that is not whole, or has another judge, is not comparable with published scores. */
    public static String label(List<Judgment> ofOneModel) {
        List<Judgment> distinct = deduplicated(ofOneModel);
        Set<String> judges = new HashSet<>();
        distinct.forEach(judgment -> judges.add(judgment.judge()));
        boolean whole = distinct.size() == WHOLE
                && distinct.stream().allMatch(judgment -> Category.ofPublished(judgment.question())
                        .isPresent());
        if (!whole) {
            return "limited run over " + distinct.size() + " of " + WHOLE + " judgments, not a score";
        }
        return judges.equals(Set.of(PUBLISHED_JUDGE))
                ? "score"
                : "score under " + String.join(", ", judges.stream().sorted().toList())
                        + ", not comparable with published scores, whose judge is " + PUBLISHED_JUDGE;
    }
}
