package io.finemesh.contract.failure;

/** What to do about a failure; the retry policy reads this and {@link Fault} and nothing else. */
public enum Disposition {
    /** Try again, a bounded number of times. */
    RETRY,
    /** Keep the work and wait: it may succeed when something else changes. */
    PARK,
    /** Give up and say why. */
    ABORT
}
