package io.finemesh.score.figure;

import io.finemesh.score.python.PythonRandom;
import java.util.OptionalDouble;

/**
 * Standard error by resampling, draw for draw as lm-evaluation-harness does it: chunks of at most 1000 resamples, chunk i drawn by a generator seeded
 * with i, a remainder of iterations that does not fill a chunk dropped. It estimates the deviation without Bessel's correction, as the reference does.
 */
public final class Bootstrap {
    /** Iterations that the reference takes. */
    public static final int DEFAULT_ITERATIONS = 100_000;

    private static final int CHUNK = 1000;

    private Bootstrap() {}

    /** The statistic of the values with its bootstrap error; no error for fewer than two values, or for no iterations. */
    public static Figure of(double[] values, Statistic statistic, int iterations) {
        Mean.requireUsable(values);
        OptionalDouble error = values.length < 2 || iterations < 2
                ? OptionalDouble.empty()
                : OptionalDouble.of(Mean.sampleDeviation(replicates(values, statistic, iterations)));
        return new Figure(statistic.of(values), error, values.length);
    }

    private static double[] replicates(double[] values, Statistic statistic, int iterations) {
        int chunk = Math.min(CHUNK, iterations);
        double[] replicates = new double[iterations / chunk * chunk];
        double[] drawn = new double[values.length];
        for (int i = 0; i < replicates.length / chunk; i++) {
            PythonRandom random = new PythonRandom(i);
            for (int j = 0; j < chunk; j++) {
                int[] indices = random.choices(values.length, values.length);
                for (int k = 0; k < drawn.length; k++) {
                    drawn[k] = values[indices[k]];
                }
                replicates[i * chunk + j] = statistic.of(drawn);
            }
        }
        return replicates;
    }
}
