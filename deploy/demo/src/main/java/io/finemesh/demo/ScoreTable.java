package io.finemesh.demo;

import io.finemesh.demo.client.RunOutcome;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Before and after, side by side. */
final class ScoreTable {
    private static final String ROW = "  %-28s %-12s %12s %12s%n";
    private final List<RunOutcome> runs;

    ScoreTable(List<RunOutcome> runs) {
        this.runs = List.copyOf(runs);
    }

    void print(PrintStream out) {
        List<String> titles = List.of("sums, AdamW from scratch", "comparisons, BAdam");
        out.printf(ROW, "held-out problems", "measure", "before", "after");
        out.println("  " + "-".repeat(67));
        for (int index = 0; index < runs.size(); index++) {
            RunOutcome run = runs.get(index);
            out.printf(
                    ROW,
                    titles.get(index),
                    "exact match",
                    percent(run.before("exact_match")),
                    percent(run.after("exact_match")));
            out.printf(ROW, "", "loss", figure(run.before("loss")), figure(run.after("loss")));
        }
    }

    private static String percent(Optional<Double> value) {
        return value.map(fraction -> String.format(Locale.ROOT, "%.1f %%", 100 * fraction))
                .orElse("-");
    }

    private static String figure(Optional<Double> value) {
        return value.map(number -> String.format(Locale.ROOT, "%.4f", number)).orElse("-");
    }
}
