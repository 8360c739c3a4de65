package io.finemesh.engine.data;

/**
 * How much is trained on at once.
 *
 * @param batchSize samples of one optimizer step, at least 1
 * @param tokensPerRow most tokens computed at once, at least 2; what bounds the memory for activations
 * @param seed of the order of samples
 */
public record BatchPlan(int batchSize, int tokensPerRow, long seed) {
    public BatchPlan {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size must be at least 1 sample, got " + batchSize);
        }
        if (tokensPerRow < 2) {
            throw new IllegalArgumentException("a row has room for at least 2 tokens, got " + tokensPerRow);
        }
    }
}
