package io.finemesh.score.task;

import static java.util.Objects.requireNonNull;

import io.finemesh.score.figure.Figure;
import io.finemesh.score.figure.Mean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the verdicts of a task come to.
 *
 * @param task its name
 * @param documents documents that the task has
 * @param evaluated documents that were asked
 * @param figures mean of each metric under each filter, and what the task makes of all samples together, by the reference's key {@code metric,filter}
 * @param standing what they may be called where all documents were asked
 */
public record TaskScore(String task, int documents, int evaluated, Map<String, Figure> figures, String standing) {
    public TaskScore {
        requireNonNull(task, "task is null");
        requireNonNull(standing, "standing is null");
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }

    /** Whether documents were left out. Then this is no score and must not be called one. */
    public boolean limited() {
        return evaluated < documents;
    }

    /** What to call this: {@code score}, and what it is comparable to, or {@code limited run} with the numbers. */
    public String label() {
        return limited() ? "limited run over " + evaluated + " of " + documents + " documents, not a score" : standing;
    }

    /**
     * Means over samples.
     *
     * @throws TaskException when there are none
     */
    public static TaskScore of(Task task, List<ScoredSample> samples) {
        if (samples.isEmpty()) {
            throw new TaskException(TaskException.Reason.NO_DOCUMENTS, task.name() + " has no sample to be scored");
        }
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (ScoredSample sample : samples) {
            for (Verdict verdict : sample.verdicts()) {
                verdict.metrics().forEach((metric, value) -> values.computeIfAbsent(
                                metric + "," + verdict.filter(), key -> new ArrayList<>())
                        .add(value));
            }
        }
        Map<String, Figure> figures = new LinkedHashMap<>();
        values.forEach((key, list) -> figures.put(
                key, Mean.of(list.stream().mapToDouble(Double::doubleValue).toArray())));
        figures.putAll(task.figures(samples));
        return new TaskScore(task.name(), task.size(), samples.size(), figures, task.standing());
    }
}
