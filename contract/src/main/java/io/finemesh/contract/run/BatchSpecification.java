package io.finemesh.contract.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.json.SinceForm;
import java.util.Optional;

/**
 * What one optimizer step sees.
 *
 * @param samplesPerStep samples of one optimizer step over all micro-batches
 * @param gradientAccumulationSteps micro-batches that one step is split into
 * @param cutoffTokens longest sample in tokens
 * @param longSamples what happens to longer ones; absent = truncated
 */
public record BatchSpecification(
        int samplesPerStep,
        int gradientAccumulationSteps,
        int cutoffTokens,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(2)
        Optional<LongSamples> longSamples) {
    public BatchSpecification {
        longSamples = longSamples == null ? Optional.empty() : longSamples;
    }

    /** A batch whose longer samples are truncated. */
    public BatchSpecification(int samplesPerStep, int gradientAccumulationSteps, int cutoffTokens) {
        this(samplesPerStep, gradientAccumulationSteps, cutoffTokens, Optional.empty());
    }
}
