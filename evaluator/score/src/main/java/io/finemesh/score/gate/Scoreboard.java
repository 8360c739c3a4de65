package io.finemesh.score.gate;

import static java.util.Objects.requireNonNull;

import io.finemesh.score.harness.SampleHash;
import io.finemesh.score.task.ScoredSample;
import io.finemesh.score.task.TaskScore;
import io.finemesh.score.task.Verdict;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Results of one checkpoint.
 *
 * @param checkpoint its id
 * @param tasks results by task
 */
public record Scoreboard(String checkpoint, Map<String, TaskResult> tasks) {
    public Scoreboard {
        requireNonNull(checkpoint, "checkpoint is null");
        tasks = Collections.unmodifiableMap(new TreeMap<>(tasks));
    }

    /**
     * Results on one task.
     *
     * @param figures mean of each metric
     * @param samples value of each metric for each sample, by the sample's id; empty where records are not at hand
     * @param limited whether samples were left out, so that these are no scores
     */
    public record TaskResult(Map<String, Double> figures, Map<String, Map<String, Double>> samples, boolean limited) {
        public TaskResult {
            figures = Collections.unmodifiableMap(new TreeMap<>(figures));
            Map<String, Map<String, Double>> copy = new TreeMap<>();
            samples.forEach((metric, values) -> copy.put(metric, Collections.unmodifiableMap(new TreeMap<>(values))));
            samples = Collections.unmodifiableMap(copy);
        }

        /**
         * Results of a task that was just scored. Samples are named by the digest of their document, so that a changed data set has none in common with
         * its former self.
         */
        public static TaskResult of(TaskScore score, List<ScoredSample> samples) {
            Map<String, Double> figures = new TreeMap<>();
            score.figures().forEach((key, figure) -> figures.put(key, figure.value()));
            Map<String, Map<String, Double>> values = new TreeMap<>();
            for (ScoredSample sample : samples) {
                String name = SampleHash.of(sample.example(), "").document();
                for (Verdict verdict : sample.verdicts()) {
                    verdict.metrics().forEach((metric, value) -> values.computeIfAbsent(
                                    metric + "," + verdict.filter(), key -> new TreeMap<>())
                            .put(name, value));
                }
            }
            return new TaskResult(figures, values, score.limited());
        }

        /** Metrics that there are figures for. */
        public Set<String> metrics() {
            return figures.keySet();
        }
    }
}
