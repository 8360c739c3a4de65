package io.finemesh.contract.store;

import java.util.List;

/**
 * Where a training row of a growing data set stands. A version lists its training rows in the order in which they came, without those that were taken away.
 *
 * @param came training rows that came before it, the ones since taken away included
 * @param taken slices that took one of those away, ascending; a slice that took several stands as often
 */
public record RowPlace(long came, List<Integer> taken) {
    public RowPlace {
        taken = List.copyOf(taken);
    }

    /** Its place among the training rows of a version, from 0. */
    public long in(int version) {
        return came - taken.stream().filter(slice -> slice <= version).count();
    }
}
