package io.finemesh.evaluator.judge;

import java.time.Duration;

/** Waits between attempts; tests note the waits in place of waiting. */
@FunctionalInterface
public interface Pause {
    /** Waits so long. */
    void waitFor(Duration duration) throws InterruptedException;
}
