package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.cli.display.Table;
import io.finemesh.score.figure.Figure;
import io.finemesh.score.harness.ResultsFile;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.solutions.SolutionScore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What every score command prints: figures on standard output, problems with line numbers on standard error, both in one document with {@code --json}. */
final class ScoreReport {
    private static final int MOST_PROBLEMS_SHOWN = 20;
    private static final long LARGEST_FILE_BYTES = 1L << 30;

    private final Session session;
    private final ObjectNode document = JsonNodeFactory.instance.objectNode();

    ScoreReport(Session session) {
        this.session = session;
    }

    /** The bytes of a file to be scored. */
    static byte[] read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder; a file is needed");
        }
        if (Files.size(file) > LARGEST_FILE_BYTES) {
            throw new IOException(file + " has " + Files.size(file) + " bytes; files up to " + LARGEST_FILE_BYTES
                    + " are scored. Split it by lines");
        }
        return Files.readAllBytes(file);
    }

    ObjectNode document() {
        return document;
    }

    /** Exit status of a file with these problems, after they are said. */
    int finish(List<RowProblem> found, boolean anyFigure) {
        List<RowProblem> problems =
                found.stream().sorted(Comparator.comparingInt(RowProblem::line)).toList();
        document.put("complete", problems.isEmpty());
        document.putArray("problems");
        for (RowProblem problem : problems) {
            ObjectNode entry = document.withArray("problems").addObject();
            entry.put("line", problem.line()).put("kind", problem.kind().name()).put("message", problem.message());
        }
        PrintWriter err = session.spec.commandLine().getErr();
        for (RowProblem problem : problems.subList(0, Math.min(MOST_PROBLEMS_SHOWN, problems.size()))) {
            err.println(problem.text() + " [" + problem.kind() + "]");
        }
        if (problems.size() > MOST_PROBLEMS_SHOWN) {
            err.println("and " + (problems.size() - MOST_PROBLEMS_SHOWN) + " more; --json lists them all");
        }
        if (!problems.isEmpty()) {
            err.println(problems.size()
                    + (problems.size() == 1 ? " problem" : " problems")
                    + (anyFigure ? "; the figures leave out rows that cannot be used" : "; there is nothing to score"));
        }
        err.flush();
        if (session.json()) {
            session.print(document);
        }
        return problems.isEmpty() ? Session.OK : Session.NO;
    }

    /** Figures of solutions, model by model. */
    void solutions(List<SolutionScore> scores, int published) {
        ObjectNode results = document.putObject("results");
        for (SolutionScore score : scores) {
            ObjectNode entry = results.putObject(score.model());
            entry.put("name", score.model()).put("sample_len", score.samples());
            entry.put("label", SolutionScore.label(score.samples(), published));
            score.figures().forEach((key, figure) -> ResultsFile.put(entry, key, figure));
            if (score.repeats() > 1) {
                entry.put("repeats", score.repeats());
            }
            if (score.claims() > 0) {
                ObjectNode claims = entry.putObject("is_correct");
                claims.put("true", score.claimed())
                        .put("rows", score.claims())
                        .put("contradicted", score.contradicted());
            }
        }
        if (!session.json() && !scores.isEmpty()) {
            table(scores);
        }
    }

    private void table(List<SolutionScore> scores) {
        Set<String> keys = new LinkedHashSet<>();
        scores.forEach(score -> keys.addAll(score.figures().keySet()));
        List<String> titles = new ArrayList<>(List.of("MODEL", "QUESTIONS"));
        titles.addAll(keys);
        boolean claims = scores.stream().anyMatch(score -> score.claims() > 0);
        if (claims) {
            titles.add("is_correct in the file");
        }
        Table table = new Table(titles.toArray(String[]::new));
        for (SolutionScore score : scores) {
            List<String> cells = new ArrayList<>(List.of(score.model(), Integer.toString(score.samples())));
            keys.forEach(key -> cells.add(
                    score.figures().containsKey(key) ? text(score.figures().get(key)) : ""));
            if (claims) {
                cells.add(score.claims() == 0 ? "" : score.claimed() + " of " + score.claims());
            }
            table.row(cells.toArray(String[]::new));
        }
        table.print(session.out());
    }

    /** A figure with its error, four digits each. */
    static String text(Figure figure) {
        String value = String.format(Locale.ROOT, "%.4f", figure.value());
        return figure.standardError().isPresent()
                ? value
                        + String.format(
                                Locale.ROOT, " ±%.4f", figure.standardError().getAsDouble())
                : value;
    }
}
