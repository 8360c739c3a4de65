package io.finemesh.engine.optim.galore;

/**
 * Which side of a gradient is projected (GaLore's {@code proj_type}). A matrix G is m x n; square ones count as m >= n.
 */
public enum ProjectionSide {
    /** The smaller dimension, so that the basis is smallest: right where m >= n, else left. */
    STD,
    /** The larger dimension: left where m >= n, else right. */
    REVERSE_STD,
    /** Always R = Pᵀ G, r x n. */
    LEFT,
    /** Always R = G Q, m x r. */
    RIGHT,
    /** Both: R = Pᵀ G Q, r x r. */
    FULL;

    /** Whether there is a left basis P for a matrix of this shape. */
    public boolean left(long rows, long columns) {
        return switch (this) {
            case STD -> rows < columns;
            case REVERSE_STD -> rows >= columns;
            case LEFT, FULL -> true;
            case RIGHT -> false;
        };
    }

    /** Whether there is a right basis Q for a matrix of this shape. */
    public boolean right(long rows, long columns) {
        return switch (this) {
            case STD -> rows >= columns;
            case REVERSE_STD -> rows < columns;
            case RIGHT, FULL -> true;
            case LEFT -> false;
        };
    }
}
