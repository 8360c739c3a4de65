package io.finemesh.score.figure;

import java.util.Arrays;

/** Statistics of log-likelihoods and other values whose standard error is a bootstrap's. */
public enum Statistic {
    /** The upper median, {@code sorted[n / 2]}. */
    MEDIAN {
        @Override
        double of(double[] values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }
    },
    /** The exponential of the negative mean; values are log-likelihoods. */
    PERPLEXITY {
        @Override
        double of(double[] values) {
            return Math.exp(-Mean.value(values));
        }
    };

    abstract double of(double[] values);
}
