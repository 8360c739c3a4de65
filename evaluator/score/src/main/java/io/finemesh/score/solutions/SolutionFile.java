package io.finemesh.score.solutions;

import io.finemesh.score.records.Row;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.records.RowReader;
import io.finemesh.score.records.Rows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A file of solutions. Forms that are read: a field for each model with an object {@code {"solution", "is_correct"}} (OpenAI's example solutions); one solution
 * a row, with the model named or not; a list of solutions; an object by model; the records of lm-evaluation-harness, of which the first filter's lines count.
 *
 * @param rows rows that can be scored, in the order of the file; a question that was there before is left out for the models that had it
 * @param problems what is wrong, by line
 */
public record SolutionFile(List<Solved> rows, List<RowProblem> problems) {
    public SolutionFile {
        rows = List.copyOf(rows);
        problems = List.copyOf(problems);
    }

    /** Reads a file. */
    public static SolutionFile read(byte[] file, SolutionForm form) {
        Rows rows = RowReader.read(file);
        List<RowProblem> problems = new ArrayList<>(rows.problems());
        List<Solved> solved = new ArrayList<>();
        Map<List<String>, Integer> lines = new HashMap<>();
        String filter = null;
        for (Row row : rows.rows()) {
            if (row.value().has("resps") && row.value().path("filter").isTextual()) {
                filter = filter == null ? row.value().get("filter").textValue() : filter;
                if (!filter.equals(row.value().get("filter").textValue())) {
                    // The same answers again, read in another way.
                    continue;
                }
            }
            Optional<Solved> read = new SolutionRow(form, row, problems::add).read();
            read.flatMap(one -> withoutDuplicates(one, lines, problems)).ifPresent(solved::add);
        }
        absent(solved, problems);
        return new SolutionFile(solved, problems);
    }

    private static Optional<Solved> withoutDuplicates(
            Solved row, Map<List<String>, Integer> lines, List<RowProblem> problems) {
        Map<String, List<String>> fresh = new LinkedHashMap<>();
        Set<Integer> before = new LinkedHashSet<>();
        row.solutions().forEach((model, texts) -> {
            Integer first = lines.putIfAbsent(List.of(row.question(), model), row.line());
            if (first == null) {
                fresh.put(model, texts);
            } else {
                before.add(first);
            }
        });
        if (!before.isEmpty()) {
            problems.add(new RowProblem(
                    row.line(),
                    Kind.DUPLICATE,
                    "the question of line " + before.iterator().next()
                            + " again; the first solution of a model counts"));
        }
        return fresh.isEmpty()
                ? Optional.empty()
                : Optional.of(new Solved(row.line(), row.question(), row.reference(), fresh, row.claims()));
    }

    /** Names models that lack a solution of a question that others have. */
    private static void absent(List<Solved> rows, List<RowProblem> problems) {
        Map<String, Set<String>> models = new LinkedHashMap<>();
        Map<String, Set<String>> solvers = new LinkedHashMap<>();
        Map<String, Integer> lines = new HashMap<>();
        for (Solved row : rows) {
            lines.putIfAbsent(row.question(), row.line());
            row.solutions().keySet().forEach(model -> {
                models.computeIfAbsent(model, key -> new LinkedHashSet<>()).add(row.question());
                solvers.computeIfAbsent(row.question(), key -> new LinkedHashSet<>())
                        .add(model);
            });
        }
        models.forEach((model, questions) -> {
            if (questions.size() < solvers.size()) {
                String missing = solvers.keySet().stream()
                        .filter(question -> !questions.contains(question))
                        .findFirst()
                        .orElseThrow();
                problems.add(new RowProblem(
                        lines.get(missing),
                        Kind.INCOMPLETE,
                        "no solution of \"" + model + "\""
                                + (solvers.size() - questions.size() == 1
                                        ? ""
                                        : ", nor of " + (solvers.size() - questions.size() - 1)
                                                + " more questions that others solve")
                                + "; its figures are over " + questions.size()));
            }
        });
    }

    /** Names of the models, in order of appearance. */
    public List<String> models() {
        Set<String> models = new LinkedHashSet<>();
        rows.forEach(row -> models.addAll(row.solutions().keySet()));
        return List.copyOf(models);
    }
}
