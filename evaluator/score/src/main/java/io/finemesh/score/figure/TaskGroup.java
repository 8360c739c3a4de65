package io.finemesh.score.figure;

import java.util.List;
import java.util.OptionalDouble;

/** One figure for several tasks, each weighed by its samples; the error is the pooled sample error of the reference harness. */
public final class TaskGroup {
    private TaskGroup() {}

    /** @throws IllegalArgumentException when there is no figure */
    public static Figure of(List<Figure> figures) {
        if (figures.isEmpty()) {
            throw new IllegalArgumentException("a group needs at least one task");
        }
        int samples = figures.stream().mapToInt(Figure::samples).sum();
        double value = figures.stream()
                        .mapToDouble(figure -> figure.value() * figure.samples())
                        .sum()
                / samples;
        boolean known =
                figures.stream().allMatch(figure -> figure.standardError().isPresent());
        if (!known || samples == figures.size()) {
            return new Figure(value, OptionalDouble.empty(), samples);
        }
        double pooled = 0;
        for (Figure figure : figures) {
            double error = figure.standardError().getAsDouble();
            pooled += (figure.samples() - 1.0) * error * error * figure.samples();
        }
        double variance = pooled / (samples - figures.size());
        return new Figure(value, OptionalDouble.of(Math.sqrt(variance / samples)), samples);
    }
}
