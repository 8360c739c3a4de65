package io.finemesh.contract.training;

import java.util.List;

/**
 * In which order a run reads its data: from this alone the step that first reads a row can be told.
 *
 * @param seed of the order
 * @param batchSize samples of an optimizer step
 * @param rows rows of the data set
 * @param samples rows that are trained on; fewer than rows where some are too long, or have nothing to learn
 * @param leftOut places of the other rows, from 0, ascending; empty where there are more than {@value #MOST_LEFT_OUT}
 */
public record DataOrder(long seed, int batchSize, int rows, int samples, List<Integer> leftOut) {
    /** Most places of rows that are named: events stay small, and where a hundred thousand rows are left out nobody asks which. */
    public static final int MOST_LEFT_OUT = 1_000;

    public DataOrder {
        leftOut = List.copyOf(leftOut);
        if (batchSize < 1 || samples < 1 || rows < samples) {
            throw new IllegalArgumentException(
                    "a run cannot read " + samples + " of " + rows + " rows in batches of " + batchSize);
        }
    }

    /** Whether it is known which rows are left out. */
    public boolean isExact() {
        return leftOut.size() == rows - samples;
    }
}
