package io.finemesh.engine.text;

import java.util.Set;

/**
 * When generation ends, and how much is done at once.
 *
 * @param maxNewTokens most tokens generated per prompt, at least 1
 * @param stopTokens ids that end a continuation; not part of it
 * @param batchSize most prompts continued together, at least 1; changes speed and memory, never the result
 */
public record GenerationLimits(int maxNewTokens, Set<Integer> stopTokens, int batchSize) {
    public GenerationLimits {
        stopTokens = Set.copyOf(stopTokens);
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("at least 1 new token must be allowed, got " + maxNewTokens);
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("a batch has at least 1 prompt, got " + batchSize);
        }
    }
}
