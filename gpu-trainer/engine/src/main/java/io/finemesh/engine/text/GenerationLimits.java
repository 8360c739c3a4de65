package io.finemesh.engine.text;

import java.util.List;
import java.util.Set;

/**
 * When generation ends, and how much is done at once.
 *
 * @param maxNewTokens most tokens generated per prompt, at least 1
 * @param stopTokens ids that end a continuation; not part of it
 * @param stopStrings texts that end a continuation, wherever in its tokens they begin and end; not part of it; need a tokenizer
 * @param batchSize most prompts continued together, at least 1; changes speed and memory, never the result
 */
public record GenerationLimits(int maxNewTokens, Set<Integer> stopTokens, List<String> stopStrings, int batchSize) {
    public GenerationLimits {
        stopTokens = Set.copyOf(stopTokens);
        stopStrings = List.copyOf(stopStrings);
        if (stopStrings.contains("")) {
            throw new IllegalArgumentException("an empty stop string would end every continuation before it begins");
        }
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("at least 1 new token must be allowed, got " + maxNewTokens);
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("a batch has at least 1 prompt, got " + batchSize);
        }
    }

    /** Limits without stop strings. */
    public GenerationLimits(int maxNewTokens, Set<Integer> stopTokens, int batchSize) {
        this(maxNewTokens, stopTokens, List.of(), batchSize);
    }
}
