package io.finemesh.workbench.bench;

import java.util.Map;

/**
 * What one process measured.
 *
 * @param who engine or peer, with version and what computes
 * @param usefulTokensPerSecond tokens of samples, padding not counted, over the time of the measured steps
 * @param secondsPerStep mean over the measured steps, switches of blocks and refreshes included
 * @param slowestStepSeconds longest of them
 * @param medianStepSeconds median of them
 * @param peakResidentBytes most physical memory of the process until the last step
 * @param firstLoss of the first step, to see that both train the same thing
 * @param lastLoss of the last step
 * @param phaseSeconds mean time of a step by phase; empty where the process does not know
 */
record Measurement(
        String who,
        double usefulTokensPerSecond,
        double secondsPerStep,
        double slowestStepSeconds,
        double medianStepSeconds,
        long peakResidentBytes,
        double firstLoss,
        double lastLoss,
        Map<String, Double> phaseSeconds) {}
