package io.finemesh.evaluator.report;

import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.evaluator.score.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects figures under the names that the mesh knows tasks and metrics by. */
public final class ScoreSheet {
    private final List<TaskScore> scores = new ArrayList<>();

    /**
     * Adds a figure.
     *
     * @param metric metric name, such as {@code loss}
     * @param limited whether a limit left samples out
     * @throws IllegalArgumentException if the figure is not finite: such a model has no score
     */
    public ScoreSheet add(EvaluationTask task, String metric, Figure figure, boolean limited) {
        if (!Double.isFinite(figure.value())) {
            throw new IllegalArgumentException(
                    metric + " is " + figure.value() + "; the checkpoint's weights do not give finite likelihoods");
        }
        scores.add(
                new TaskScore(name(task), metric, figure.value(), figure.standardError(), figure.samples(), limited));
        return this;
    }

    /** Everything added, in order. */
    public List<TaskScore> scores() {
        return List.copyOf(scores);
    }

    /** Wire name of a task. */
    public static String name(EvaluationTask task) {
        return task.name().toLowerCase(Locale.ROOT);
    }
}
