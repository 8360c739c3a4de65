package io.finemesh.plan.memory;

import java.util.List;
import java.util.Objects;

/**
 * The low-rank projection of GaLore (arXiv 2403.03507), as far as memory goes. A gradient of m rows and n columns becomes one of m x r, r x n or r x r.
 *
 * @param rank r, at least 1
 * @param side which dimensions are projected
 * @param basis format in which bases are held
 * @param residual whether what the projection leaves out is used too (Fira, arXiv 2410.01623): full gradients are accumulated then
 */
public record Projection(int rank, Side side, FloatFormat basis, boolean residual) {
    /** The reference implementation's {@code proj_type}. */
    public enum Side {
        /** The shorter dimension: smallest basis, larger moments. */
        STD,
        /** The longer dimension. */
        REVERSE_STD,
        /** The rows. */
        LEFT,
        /** The columns. */
        RIGHT,
        /** Both. */
        FULL
    }

    public Projection {
        Objects.requireNonNull(side, "side is null");
        Objects.requireNonNull(basis, "basis is null");
        if (rank < 1) {
            throw new IllegalArgumentException("rank must be at least 1, got " + rank);
        }
    }

    /** The reference's default side, with fp32 bases and without residual. */
    public static Projection ofRank(int rank) {
        return new Projection(rank, Side.STD, FloatFormat.FP32, false);
    }

    Projection withRank(int other) {
        return new Projection(other, side, basis, residual);
    }

    /** Shape of the projected gradient and of each moment. */
    List<Long> projected(long rows, long columns) {
        return switch (side) {
            case FULL -> List.of((long) rank, (long) rank);
            case STD, REVERSE_STD, LEFT, RIGHT ->
                projectsRows(rows, columns) ? List.of((long) rank, columns) : List.of(rows, (long) rank);
        };
    }

    /** Bytes of the basis, or of both. */
    long basisBytes(long rows, long columns) {
        long sides =
                switch (side) {
                    case FULL -> rows + columns;
                    case STD, REVERSE_STD, LEFT, RIGHT -> projectsRows(rows, columns) ? rows : columns;
                };
        return sides * rank * basis.bytes();
    }

    /** Whether the rows are projected (PᵀG) rather than the columns (GQ). A square matrix counts as tall, as in the reference. */
    private boolean projectsRows(long rows, long columns) {
        return switch (side) {
            case STD -> rows < columns;
            case REVERSE_STD -> rows >= columns;
            case LEFT -> true;
            case RIGHT -> false;
            case FULL -> throw new IllegalStateException("both sides are projected");
        };
    }

    /** One phrase for people. */
    String describe() {
        return "rank " + rank
                + switch (side) {
                    case STD -> "";
                    case REVERSE_STD -> " on the longer side";
                    case LEFT -> " left";
                    case RIGHT -> " right";
                    case FULL -> " on both sides";
                }
                + (residual ? " with residual" : "");
    }
}
