package io.finemesh.plan.memory;

import java.util.Objects;

/**
 * What decides the size of activations. Rows of an optimizer step are computed one after the other and gradients accumulate in place, but for methods
 * that take all rows through a layer before the next.
 *
 * @param tokensPerRow most tokens computed at once, at least 1
 * @param lossChunkBytes of logits that exist at once; the engine's default is {@link #DEFAULT_LOSS_CHUNK_BYTES}
 * @param keptActivationBytes up to which layers' intermediate values are kept instead of computed again; the engine's default is
 *     {@link #DEFAULT_KEPT_ACTIVATION_BYTES}
 * @param arithmetic format in which layers are computed; weights stored in a narrower one are widened just before they are used
 * @param rowsPerStep rows of one optimizer step, at least 1
 * @param longestDocument tokens of the longest document of a row, from 1 to those of a row; what attention keeps depends on it
 */
public record BatchShape(
        int tokensPerRow,
        long lossChunkBytes,
        long keptActivationBytes,
        FloatFormat arithmetic,
        int rowsPerStep,
        int longestDocument) {
    /** Logits of one chunk of the loss. */
    public static final long DEFAULT_LOSS_CHUNK_BYTES = 64L << 20;

    /** Intermediate values kept between forward and backward pass. */
    public static final long DEFAULT_KEPT_ACTIVATION_BYTES = 1L << 30;

    public BatchShape {
        Objects.requireNonNull(arithmetic, "arithmetic is null");
        if (rowsPerStep < 1) {
            throw new IllegalArgumentException("rows per step must be at least 1, got " + rowsPerStep);
        }
        if (tokensPerRow < 1) {
            throw new IllegalArgumentException("tokens per row must be at least 1, got " + tokensPerRow);
        }
        if (longestDocument < 1 || longestDocument > tokensPerRow) {
            throw new IllegalArgumentException("the longest document has 1 to " + tokensPerRow
                    + " tokens, as many as a row at most; got " + longestDocument);
        }
        if (lossChunkBytes < 1 || keptActivationBytes < 0) {
            throw new IllegalArgumentException("a loss chunk has at least 1 byte and kept activations at least 0, got "
                    + lossChunkBytes + " and " + keptActivationBytes);
        }
    }

    /** One row a step, of one document. */
    public BatchShape(int tokensPerRow, long lossChunkBytes, long keptActivationBytes, FloatFormat arithmetic) {
        this(tokensPerRow, lossChunkBytes, keptActivationBytes, arithmetic, 1, tokensPerRow);
    }

    /** The same with several rows a step. */
    public BatchShape withRows(int rows) {
        return new BatchShape(tokensPerRow, lossChunkBytes, keptActivationBytes, arithmetic, rows, longestDocument);
    }

    /** The same with rows of documents of at most so many tokens. */
    public BatchShape withDocuments(int longest) {
        return new BatchShape(tokensPerRow, lossChunkBytes, keptActivationBytes, arithmetic, rowsPerStep, longest);
    }

    /** Rows of at most this many tokens, computed in fp32 with the engine's defaults. */
    public static BatchShape ofRows(int tokensPerRow) {
        return new BatchShape(tokensPerRow, DEFAULT_LOSS_CHUNK_BYTES, DEFAULT_KEPT_ACTIVATION_BYTES, FloatFormat.FP32);
    }

    /**
     * Rows that hold the samples of a micro-batch however long they are.
     *
     * @param samplesPerStep samples of one optimizer step
     * @param accumulationSteps micro-batches of one optimizer step
     * @param cutoffTokens longest sample
     */
    public static BatchShape ofMicroBatches(int samplesPerStep, int accumulationSteps, int cutoffTokens) {
        return ofRows(tokensPerRow(samplesPerStep, accumulationSteps, cutoffTokens))
                .withDocuments(cutoffTokens);
    }

    /** Tokens of a row that holds the samples of a micro-batch however long they are: {@code ceil(samples / accumulation) * cutoff}. */
    public static int tokensPerRow(int samplesPerStep, int accumulationSteps, int cutoffTokens) {
        if (samplesPerStep < 1 || accumulationSteps < 1 || cutoffTokens < 1) {
            throw new IllegalArgumentException(
                    "samples per step, accumulation steps and cut-off must be at least 1, got " + samplesPerStep + ", "
                            + accumulationSteps + " and " + cutoffTokens);
        }
        return Math.multiplyExact(Math.ceilDiv(samplesPerStep, accumulationSteps), cutoffTokens);
    }

    BatchShape withTokensPerRow(int tokens) {
        return new BatchShape(
                tokens,
                lossChunkBytes,
                keptActivationBytes,
                arithmetic,
                rowsPerStep,
                Math.min(longestDocument, tokens));
    }
}
