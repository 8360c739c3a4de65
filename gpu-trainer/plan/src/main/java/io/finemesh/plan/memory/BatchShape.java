package io.finemesh.plan.memory;

import java.util.Objects;

/**
 * What decides the size of activations. The number of samples or rows in an optimizer step is not part of it: rows are computed one after the other
 * and gradients accumulate in place.
 *
 * @param tokensPerRow most tokens computed at once, at least 1
 * @param lossChunkTokens labelled tokens whose logits exist at once, at least 1
 * @param arithmetic format in which layers are computed; weights stored in a narrower one are widened a layer at a time
 */
public record BatchShape(int tokensPerRow, int lossChunkTokens, FloatFormat arithmetic) {
    /** Labelled tokens per chunk of the loss where nothing else is said. */
    public static final int DEFAULT_LOSS_CHUNK_TOKENS = 256;

    public BatchShape {
        Objects.requireNonNull(arithmetic, "arithmetic is null");
        if (tokensPerRow < 1 || lossChunkTokens < 1) {
            throw new IllegalArgumentException("tokens per row and per loss chunk must be at least 1, got "
                    + tokensPerRow + " and " + lossChunkTokens);
        }
    }

    /** Rows of at most this many tokens, computed in fp32 with the default loss chunk. */
    public static BatchShape ofRows(int tokensPerRow) {
        return new BatchShape(tokensPerRow, DEFAULT_LOSS_CHUNK_TOKENS, FloatFormat.FP32);
    }

    BatchShape withTokensPerRow(int tokens) {
        return new BatchShape(tokens, lossChunkTokens, arithmetic);
    }
}
