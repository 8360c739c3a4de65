package io.finemesh.gateway.view;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One optimizer step as the ledger holds it.
 *
 * @param step 0-based optimizer step
 * @param segment position of its segment in the run
 * @param epoch lease epoch it was taken under
 * @param time when it was reported
 * @param loss mean negative log-likelihood over labelled tokens; NaN when the step was skipped for it
 * @param gradientNorm global norm before clipping
 * @param learningRate learning rate used
 * @param tokens tokens computed
 * @param labelledTokens tokens that carry loss
 * @param skipped whether it left everything unchanged
 * @param block active block
 * @param phaseMicros microseconds by phase of the step
 * @param nativeBytes native memory in use after it
 * @param committed whether a committed checkpoint contains it
 */
public record Step(
        long step,
        int segment,
        long epoch,
        Instant time,
        double loss,
        double gradientNorm,
        double learningRate,
        int tokens,
        int labelledTokens,
        boolean skipped,
        Optional<String> block,
        Map<String, Long> phaseMicros,
        long nativeBytes,
        boolean committed) {}
