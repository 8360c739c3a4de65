package io.finemesh.contract.run;

/**
 * What one optimizer step sees.
 *
 * @param samplesPerStep samples of one optimizer step over all micro-batches
 * @param gradientAccumulationSteps micro-batches that one step is split into
 * @param cutoffTokens longest sample in tokens; longer ones are truncated
 */
public record BatchSpecification(int samplesPerStep, int gradientAccumulationSteps, int cutoffTokens) {}
