package io.finemesh.engine.data;

/**
 * Where a run stands in its data. The position is the step; the rest says which data and which order the step means.
 *
 * @param nextStep 0-based step whose batch is read next
 * @param seed of the order of samples
 * @param batchSize samples of one optimizer step
 * @param tokensPerRow most tokens computed at once; changes the order of summation, and so the last bits of a gradient
 * @param samples number of samples
 * @param fingerprint of all tokens and labels
 */
public record CursorState(long nextStep, long seed, int batchSize, int tokensPerRow, int samples, long fingerprint) {
    public CursorState {
        if (nextStep < 0) {
            throw new IllegalArgumentException("steps are counted from 0, got " + nextStep);
        }
    }
}
