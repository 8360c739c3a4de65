package io.finemesh.evaluator.report;

import io.finemesh.contract.evaluation.Outcomes;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.evaluator.score.Figure;
import io.finemesh.score.task.ScoredSample;
import io.finemesh.score.task.Verdict;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Collects figures under the names that the mesh knows tasks and metrics by. */
public final class ScoreSheet {
    private static final String ONLY_FILTER = "," + Verdict.UNFILTERED;
    private final List<TaskScore> scores = new ArrayList<>();

    /**
     * Adds a figure.
     *
     * @param metric metric name, such as {@code loss}
     * @param limited whether a limit left samples out
     * @throws IllegalArgumentException if the figure is not finite: such a model has no score
     */
    public ScoreSheet add(String task, String metric, Figure figure, boolean limited) {
        return add(task, metric, figure, limited, Optional.empty());
    }

    /**
     * Adds a figure that somebody's ratings make.
     *
     * @param judge who rated; empty where nobody did
     */
    public ScoreSheet add(String task, String metric, Figure figure, boolean limited, Optional<String> judge) {
        if (!Double.isFinite(figure.value())) {
            throw new IllegalArgumentException(
                    metric + " is " + figure.value() + "; the checkpoint's weights do not give finite likelihoods");
        }
        scores.add(new TaskScore(
                task,
                metric,
                figure.value(),
                figure.standardError(),
                figure.samples(),
                limited,
                Optional.empty(),
                judge));
        return this;
    }

    /**
     * Adds every figure of a task whose samples were judged one by one, with the outcome of each where it is right or wrong.
     *
     * @param sampleSet digest of the samples
     */
    public ScoreSheet add(
            String task, io.finemesh.score.task.TaskScore score, List<ScoredSample> samples, BlobDigest sampleSet) {
        score.figures()
                .forEach((key, figure) -> scores.add(new TaskScore(
                        task,
                        key.endsWith(ONLY_FILTER) ? key.substring(0, key.length() - ONLY_FILTER.length()) : key,
                        figure.value(),
                        figure.standardError(),
                        figure.samples(),
                        score.limited(),
                        outcomes(key, samples, sampleSet))));
        return this;
    }

    private static Optional<Outcomes> outcomes(String key, List<ScoredSample> samples, BlobDigest sampleSet) {
        if (samples.size() > Outcomes.MOST) {
            return Optional.empty();
        }
        BitSet right = new BitSet(samples.size());
        for (int index = 0; index < samples.size(); index++) {
            Optional<Double> value = samples.get(index).verdicts().stream()
                    .filter(verdict -> key.endsWith("," + verdict.filter()))
                    .map(verdict -> verdict.metrics()
                            .get(key.substring(
                                    0, key.length() - verdict.filter().length() - 1)))
                    .findFirst();
            if (value.isEmpty() || value.get() != 0 && value.get() != 1) {
                return Optional.empty();
            }
            right.set(index, value.get() == 1);
        }
        return Optional.of(Outcomes.of(sampleSet, samples.size(), right));
    }

    /** Everything added, in order. */
    public List<TaskScore> scores() {
        return List.copyOf(scores);
    }
}
