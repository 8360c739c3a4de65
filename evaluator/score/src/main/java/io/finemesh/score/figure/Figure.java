package io.finemesh.score.figure;

import static java.util.Objects.requireNonNull;

import java.util.OptionalDouble;

/**
 * A figure with its standard error.
 *
 * @param value the figure; finite
 * @param standardError empty where there is none: a single sample, or none was asked for
 * @param samples samples it is over
 */
public record Figure(double value, OptionalDouble standardError, int samples) {
    public Figure {
        requireNonNull(standardError, "standardError is null");
        if (samples < 1) {
            throw new IllegalArgumentException("a figure needs at least one sample");
        }
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                    "a figure is a finite number, not " + value + "; a sample of it is not finite");
        }
    }
}
