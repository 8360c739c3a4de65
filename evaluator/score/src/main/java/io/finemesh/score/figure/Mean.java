package io.finemesh.score.figure;

import java.util.OptionalDouble;

/** Arithmetic mean with the standard error of a mean: sample standard deviation (n - 1) over the root of n; none for one sample. */
public final class Mean {
    private Mean() {}

    /** @throws IllegalArgumentException when there is no value, or one that is not finite */
    public static Figure of(double[] values) {
        requireUsable(values);
        double mean = value(values);
        OptionalDouble error = values.length < 2
                ? OptionalDouble.empty()
                : OptionalDouble.of(sampleDeviation(values) / Math.sqrt(values.length));
        return new Figure(mean, error, values.length);
    }

    static void requireUsable(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("a figure needs at least one sample");
        }
        for (int index = 0; index < values.length; index++) {
            if (!Double.isFinite(values[index])) {
                throw new IllegalArgumentException(
                        "sample " + index + " has the value " + values[index] + ", which is no finite number");
            }
        }
    }

    static double value(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    static double sampleDeviation(double[] values) {
        double mean = value(values);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / (values.length - 1));
    }
}
