package io.finemesh.store.commit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How patiently results are committed.
 *
 * @param parallel results that are verified at the same time
 * @param firstPause wait after the first failure of the storage or the broker; doubles with every further one
 * @param longestPause longest such wait
 * @param basePatience how long a result waits for its base to be committed
 * @param unexpectedAttempts attempts at a result that fails in a way nobody foresaw, before it is refused
 */
public record CommitPolicy(
        int parallel, Duration firstPause, Duration longestPause, Duration basePatience, int unexpectedAttempts) {
    public CommitPolicy {
        requireNonNull(firstPause, "firstPause is null");
        requireNonNull(longestPause, "longestPause is null");
        requireNonNull(basePatience, "basePatience is null");
        if (parallel < 1 || unexpectedAttempts < 1) {
            throw new IllegalArgumentException("parallel and unexpectedAttempts must be at least 1, found " + parallel
                    + " and " + unexpectedAttempts);
        }
    }

    /** Wait after the {@code failures}-th failure in a row, from 1. */
    public Duration pauseAfter(int failures) {
        long factor = 1L << Math.min(failures - 1, 20);
        Duration pause = firstPause.multipliedBy(factor);
        return pause.compareTo(longestPause) < 0 ? pause : longestPause;
    }
}
