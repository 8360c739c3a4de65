package io.finemesh.engine.loss;

/**
 * Consecutive rows of a matrix.
 *
 * @param first from 0
 * @param count at least 1
 */
public record RowRange(long first, long count) {
    public RowRange {
        if (first < 0 || count < 1) {
            throw new IllegalArgumentException("a range of rows cannot begin at " + first + " and have " + count);
        }
    }
}
