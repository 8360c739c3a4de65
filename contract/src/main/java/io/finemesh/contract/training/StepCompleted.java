package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.RunId;
import java.util.Map;
import java.util.Optional;

/**
 * One optimizer step: the step ledger. The same step of a later epoch replaces it; equal inputs give equal figures.
 *
 * @param runId the run
 * @param segmentIndex position of the segment in the run
 * @param epoch lease epoch
 * @param step 0-based optimizer step
 * @param loss mean negative log-likelihood over the labelled tokens of the step; NaN when the step was skipped for it
 * @param gradientNorm global norm before clipping
 * @param learningRate learning rate used
 * @param tokens tokens computed
 * @param labelledTokens tokens that carry loss
 * @param skipped true when a non-finite loss or gradient left everything unchanged
 * @param block active block
 * @param phaseMicros microseconds by phase of the step
 * @param nativeBytes native memory in use after the step
 */
public record StepCompleted(
        RunId runId,
        int segmentIndex,
        long epoch,
        long step,
        double loss,
        double gradientNorm,
        double learningRate,
        int tokens,
        int labelledTokens,
        boolean skipped,
        Optional<String> block,
        Map<String, Long> phaseMicros,
        long nativeBytes)
        implements Message {
    public StepCompleted {
        requireNonNull(runId, "runId is null");
        block = block == null ? Optional.empty() : block;
        phaseMicros = Map.copyOf(phaseMicros);
    }
}
