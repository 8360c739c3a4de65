package io.finemesh.score.gate;

import io.finemesh.score.python.PythonRandom;
import java.util.Arrays;

/**
 * Two checkpoints on the same samples.
 *
 * @param samples samples that both answered
 * @param better samples on which the challenger is better
 * @param worse samples on which it is worse
 * @param meanGain mean gain of the challenger a sample, positive for better
 * @param pBetter one-sided exact p-value of McNemar's test for better: the probability of at least so many better ones among those that differ, by chance
 * @param pWorse the same for worse
 * @param low lower end of the bootstrap interval of the mean gain, at the rule's level
 * @param high upper end
 */
public record PairedComparison(
        int samples, int better, int worse, double meanGain, double pBetter, double pWorse, double low, double high) {
    /** Resamples of a bootstrap interval. */
    public static final int RESAMPLES = 2000;

    /**
     * Compares.
     *
     * @param gains gain of the challenger on each common sample, in an order that does not depend on chance
     * @param level probability that the interval leaves out, half on each side
     * @param seed seed of the resampling
     */
    public static PairedComparison of(double[] gains, double level, long seed) {
        int better = (int) Arrays.stream(gains).filter(gain -> gain > 0).count();
        int worse = (int) Arrays.stream(gains).filter(gain -> gain < 0).count();
        double[] means = new double[RESAMPLES];
        PythonRandom random = new PythonRandom(seed);
        for (int i = 0; i < RESAMPLES; i++) {
            double sum = 0;
            for (int index : random.choices(gains.length, gains.length)) {
                sum += gains[index];
            }
            means[i] = sum / gains.length;
        }
        Arrays.sort(means);
        int cut = (int) Math.floor(level / 2 * RESAMPLES);
        return new PairedComparison(
                gains.length,
                better,
                worse,
                Arrays.stream(gains).sum() / gains.length,
                atLeast(better, better + worse),
                atLeast(worse, better + worse),
                means[cut],
                means[RESAMPLES - 1 - cut]);
    }

    /** Probability of at least {@code successes} heads in {@code trials} throws of a fair coin (McNemar 1947, exact form). */
    static double atLeast(int successes, int trials) {
        double logTotal = trials * Math.log(2);
        double logChoose = 0;
        double sum = 0;
        for (int k = trials; k >= successes; k--) {
            // logChoose is the logarithm of trials over k, built up from trials over trials = 1.
            sum += Math.exp(logChoose - logTotal);
            logChoose += k == 0 ? 0 : Math.log(k) - Math.log(trials - k + 1.0);
        }
        return Math.min(1, sum);
    }
}
