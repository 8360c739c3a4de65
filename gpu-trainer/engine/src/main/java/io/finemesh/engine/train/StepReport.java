package io.finemesh.engine.train;

import java.util.Map;
import java.util.Optional;

/**
 * What one optimizer step did.
 *
 * @param step 0-based number in the run
 * @param loss mean negative log-likelihood (nats) of the labelled tokens, before the update; may be non-finite if skipped
 * @param gradientNorm Euclidean norm over the trained gradients, before clipping; may be non-finite if skipped
 * @param learningRate the schedule's at this step
 * @param tokens computed
 * @param labelledTokens predicted
 * @param skipped whether nothing was updated, because loss or gradients were not finite or nothing was labelled
 * @param block id of the trained block, where only one is
 * @param phaseNanos time by phase
 * @param nativeBytes physical memory of the process after the step
 */
public record StepReport(
        long step,
        double loss,
        double gradientNorm,
        double learningRate,
        int tokens,
        int labelledTokens,
        boolean skipped,
        Optional<String> block,
        Map<Phase, Long> phaseNanos,
        long nativeBytes) {

    public StepReport {
        phaseNanos = Map.copyOf(phaseNanos);
    }
}
