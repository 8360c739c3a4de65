package io.finemesh.evaluator.score;

import java.util.OptionalDouble;

/**
 * A figure with its standard error.
 *
 * @param value the figure
 * @param standardError empty for a single sample
 * @param samples samples it is over
 */
public record Figure(double value, OptionalDouble standardError, long samples) {
    public Figure {
        if (samples < 1) {
            throw new IllegalArgumentException("a figure needs at least one sample");
        }
    }

    /** The fraction of samples that are right; standard error of a mean of 0 and 1 with n - 1. */
    public static Figure fraction(long right, long samples) {
        double mean = (double) right / samples;
        OptionalDouble error =
                samples < 2 ? OptionalDouble.empty() : OptionalDouble.of(Math.sqrt(mean * (1 - mean) / (samples - 1)));
        return new Figure(mean, error, samples);
    }

    /**
     * Mean loss per labelled token over samples of different lengths: the sum of losses over the sum of labels. The standard error is that of a ratio of
     * sums, with samples as the unit, since tokens of one sample are not independent.
     *
     * @param losses negative log-likelihood of each sample, nats
     * @param labels labelled tokens of each sample
     */
    public static Figure loss(double[] losses, long[] labels) {
        double total = 0;
        long tokens = 0;
        for (int sample = 0; sample < losses.length; sample++) {
            total += losses[sample];
            tokens += labels[sample];
        }
        double mean = total / tokens;
        double squares = 0;
        for (int sample = 0; sample < losses.length; sample++) {
            double residual = losses[sample] - mean * labels[sample];
            squares += residual * residual;
        }
        int n = losses.length;
        OptionalDouble error =
                n < 2 ? OptionalDouble.empty() : OptionalDouble.of(Math.sqrt(squares * n / (n - 1)) / tokens);
        return new Figure(mean, error, n);
    }

    /** Perplexity of a mean loss; its standard error to first order. */
    public static Figure perplexity(Figure loss) {
        double perplexity = Math.exp(loss.value());
        OptionalDouble error = loss.standardError().isPresent()
                ? OptionalDouble.of(perplexity * loss.standardError().getAsDouble())
                : OptionalDouble.empty();
        return new Figure(perplexity, error, loss.samples());
    }
}
