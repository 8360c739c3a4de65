package io.finemesh.demo;

import io.finemesh.demo.client.Decision;
import io.finemesh.demo.client.Evaluation;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleFunction;

/** What became of each automatic run, side by side. */
final class DecisionTable {
    private static final String ROW = "  %-22s %-26s %-24s %-20s %s%n";

    private final List<Row> rows;

    /**
     * An automatic run.
     *
     * @param version what it trained on
     * @param decision what the gate said
     * @param champion scores of the checkpoint that held the alias
     * @param challenger scores of what the run made
     */
    record Row(String version, Decision decision, Optional<Evaluation> champion, Optional<Evaluation> challenger) {}

    DecisionTable(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    void print(PrintStream out) {
        out.printf(ROW, "", "", "champion -> challenger", "", "");
        out.printf(ROW, "trained on", "run", "exact match", "loss", "the gate");
        out.println("  " + "-".repeat(104));
        for (Row row : rows) {
            out.printf(
                    ROW,
                    row.version(),
                    row.decision().run(),
                    percent(row.champion()) + " -> " + percent(row.challenger()),
                    loss(row.champion()) + " -> " + loss(row.challenger()),
                    row.decision().verdict());
        }
    }

    static String percent(Optional<Evaluation> evaluation) {
        return figure(evaluation, "exact_match", value -> String.format(Locale.ROOT, "%.1f %%", 100 * value));
    }

    static String loss(Optional<Evaluation> evaluation) {
        return figure(evaluation, "loss", value -> String.format(Locale.ROOT, "%.4f", value));
    }

    private static String figure(Optional<Evaluation> evaluation, String metric, DoubleFunction<String> words) {
        return evaluation
                .flatMap(found -> found.figure(metric))
                .map(words::apply)
                .orElse("-");
    }
}
