package io.finemesh.contract.registry;

/**
 * Challenger and champion on the same samples.
 *
 * @param samples samples that both answered
 * @param better samples on which the challenger is better
 * @param worse samples on which it is worse
 * @param meanGain mean gain of the challenger a sample, positive for better
 * @param pBetter one-sided exact p-value of McNemar's test for better
 * @param pWorse the same for worse
 * @param low lower end of the bootstrap interval of the mean gain
 * @param high its upper end
 */
public record PairedFigures(
        int samples, int better, int worse, double meanGain, double pBetter, double pWorse, double low, double high) {}
