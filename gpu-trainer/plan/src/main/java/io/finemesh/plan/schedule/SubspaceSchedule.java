package io.finemesh.plan.schedule;

import java.util.Objects;

/**
 * When the projection bases of a model's matrices are refreshed, counted in optimizer updates, never in micro-batches. Every matrix gets its first basis at
 * update 0. Afterwards either all of them are refreshed together, as in the reference, or they take turns: then the cost of refreshing is spread evenly, and
 * no step takes much longer than the others.
 *
 * @param interval updates between refreshes of one matrix, where it does not adapt; at least 1
 * @param staggered whether the matrices take turns
 * @param matrices number of projected matrices, at least 1
 */
public record SubspaceSchedule(int interval, boolean staggered, int matrices) {
    public SubspaceSchedule {
        if (interval < 1 || matrices < 1) {
            throw new IllegalArgumentException(
                    "a refresh schedule needs an interval and a number of matrices of at least 1, got " + interval
                            + " and " + matrices);
        }
    }

    /**
     * The update of the refresh after this one.
     *
     * @param matrix position among the projected matrices
     * @param update at which it is being refreshed
     * @param present interval of this matrix, which may have adapted
     */
    public long nextRefresh(int matrix, long update, long present) {
        Objects.checkIndex(matrix, matrices);
        if (staggered && update == 0) {
            long offset = (long) matrix * interval / matrices;
            return offset == 0 ? present : offset;
        }
        return update + present;
    }
}
