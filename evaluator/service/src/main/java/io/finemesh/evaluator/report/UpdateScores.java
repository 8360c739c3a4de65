package io.finemesh.evaluator.report;

import io.finemesh.checkpoint.change.UpdateReport;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.evaluator.score.Figure;
import java.util.List;
import java.util.OptionalDouble;

/** The figures of an update report, each over all tensors. */
public final class UpdateScores {
    private UpdateScores() {}

    /** {@code changed_tensors}, {@code unchanged_tensors}, {@code not_comparable_tensors}, {@code update_norm}, and where a matrix changed {@code relative_norm}, {@code effective_rank} and {@code rank_of_ninety} as shares. */
    public static List<TaskScore> of(String task, UpdateReport report) {
        int tensors = report.tensors().size();
        ScoreSheet sheet = new ScoreSheet()
                .add(task, "changed_tensors", figure(report.changed().size(), tensors), false)
                .add(task, "unchanged_tensors", figure(report.unchanged().size(), tensors), false)
                .add(task, "not_comparable_tensors", figure(report.found().size(), tensors), false)
                .add(task, "update_norm", figure(report.norm(), tensors), false);
        add(sheet, task, "relative_norm", report.relativeNorm(), tensors);
        add(sheet, task, "effective_rank", report.meanEffectiveRank(), tensors);
        add(sheet, task, "rank_of_ninety", report.meanRankOfNinety(), tensors);
        return sheet.scores();
    }

    private static void add(ScoreSheet sheet, String task, String metric, OptionalDouble value, int tensors) {
        if (value.isPresent()) {
            sheet.add(task, metric, figure(value.getAsDouble(), tensors), false);
        }
    }

    private static Figure figure(double value, int tensors) {
        return new Figure(value, OptionalDouble.empty(), tensors);
    }
}
