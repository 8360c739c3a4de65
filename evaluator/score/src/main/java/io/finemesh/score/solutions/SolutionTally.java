package io.finemesh.score.solutions;

import io.finemesh.score.figure.Figure;
import io.finemesh.score.figure.Mean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sums up solutions of one model: each way of reading over first solutions and, where a question has several, the share of right ones, whether the most frequent answer
 * is right (ties go to the answer that was given first), and whether any is, all three under the last way of reading.
 */
public final class SolutionTally {
    /** Reads an answer out of a solution, in a form in which equal answers are equal texts. */
    @FunctionalInterface
    public interface Reader {
        String read(String solution);
    }

    /** Compares what was read with the right answer. */
    @FunctionalInterface
    public interface Judge {
        boolean isRight(String read, String reference);
    }

    private final Map<String, Reader> readers;
    private final Judge judge;
    private final String trusted;

    /**
     * @param readers ways of reading by name, in the order of results
     * @param trusted the way by which repeats and the file's own claims are judged
     */
    public SolutionTally(Map<String, Reader> readers, Judge judge, String trusted) {
        this.readers = new LinkedHashMap<>(readers);
        this.judge = judge;
        this.trusted = trusted;
    }

    /** Scores of all models, in order of appearance. */
    public List<SolutionScore> of(SolutionFile file) {
        return file.models().stream().map(model -> of(model, file.rows())).toList();
    }

    private SolutionScore of(String model, List<Solved> all) {
        List<Solved> rows =
                all.stream().filter(row -> row.solutions().containsKey(model)).toList();
        int repeats = rows.stream()
                .mapToInt(row -> row.solutions().get(model).size())
                .max()
                .orElseThrow();
        Map<String, Figure> figures = new LinkedHashMap<>();
        readers.forEach((name, reader) -> figures.put(
                "exact_match," + name,
                Mean.of(rows.stream()
                        .mapToDouble(row ->
                                right(reader, row, row.solutions().get(model).getFirst()))
                        .toArray())));
        if (repeats > 1) {
            several(model, rows, figures);
        }
        int claimed = 0;
        int claims = 0;
        int contradicted = 0;
        for (Solved row : rows) {
            Boolean claim = row.claims().get(model);
            if (claim != null) {
                claims++;
                claimed += claim ? 1 : 0;
                boolean right = right(
                                readers.get(trusted),
                                row,
                                row.solutions().get(model).getFirst())
                        > 0;
                contradicted += claim == right ? 0 : 1;
            }
        }
        return new SolutionScore(model, rows.size(), repeats, figures, claimed, claims, contradicted);
    }

    private double right(Reader reader, Solved row, String solution) {
        return judge.isRight(reader.read(solution), row.reference()) ? 1 : 0;
    }

    private void several(String model, List<Solved> rows, Map<String, Figure> figures) {
        Reader reader = readers.get(trusted);
        double[] share = new double[rows.size()];
        double[] majority = new double[rows.size()];
        double[] any = new double[rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            Solved row = rows.get(i);
            List<String> texts = row.solutions().get(model);
            List<String> answers = new ArrayList<>();
            for (String text : texts) {
                answers.add(reader.read(text));
                double right = right(reader, row, text);
                share[i] += right / texts.size();
                any[i] = Math.max(any[i], right);
            }
            majority[i] = judge.isRight(mostFrequent(answers), row.reference()) ? 1 : 0;
        }
        figures.put("mean_over_repeats," + trusted, Mean.of(share));
        figures.put("majority_of_repeats," + trusted, Mean.of(majority));
        figures.put("any_of_repeats," + trusted, Mean.of(any));
    }

    private static String mostFrequent(List<String> answers) {
        Map<String, Integer> counts = new HashMap<>();
        answers.forEach(answer -> counts.merge(answer, 1, Integer::sum));
        String best = answers.getFirst();
        for (String answer : answers) {
            best = counts.get(answer) > counts.get(best) ? answer : best;
        }
        return best;
    }
}
