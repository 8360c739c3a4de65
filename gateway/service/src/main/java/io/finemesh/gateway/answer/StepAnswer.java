package io.finemesh.gateway.answer;

import io.finemesh.gateway.view.Step;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One optimizer step of the ledger.
 *
 * @param step 0-based optimizer step
 * @param segment position of its segment in the run
 * @param epoch lease epoch it was taken under
 * @param time when it was reported
 * @param loss mean negative log-likelihood over labelled tokens; absent when it was not a number
 * @param gradientNorm global norm before clipping
 * @param learningRate learning rate used
 * @param tokens tokens computed
 * @param labelledTokens tokens that carry loss
 * @param skipped true when a loss or gradient that is not a number left everything unchanged
 * @param block active block
 * @param phaseMicros microseconds by phase of the step
 * @param nativeBytes native memory in use after it
 * @param committed true when a committed checkpoint contains it
 */
@Schema(name = "Step", description = "One optimizer step of the ledger")
public record StepAnswer(
        long step,
        int segment,
        long epoch,
        Instant time,
        Optional<Double> loss,
        Optional<Double> gradientNorm,
        double learningRate,
        int tokens,
        int labelledTokens,
        boolean skipped,
        Optional<String> block,
        Map<String, Long> phaseMicros,
        long nativeBytes,
        boolean committed) {
    /** A step as users see it. */
    public static StepAnswer of(Step step) {
        return new StepAnswer(
                step.step(),
                step.segment(),
                step.epoch(),
                step.time(),
                Figures.finite(step.loss()),
                Figures.finite(step.gradientNorm()),
                step.learningRate(),
                step.tokens(),
                step.labelledTokens(),
                step.skipped(),
                step.block(),
                step.phaseMicros(),
                step.nativeBytes(),
                step.committed());
    }
}
