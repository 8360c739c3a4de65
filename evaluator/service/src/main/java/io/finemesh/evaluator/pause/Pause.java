package io.finemesh.evaluator.pause;

import java.time.Duration;

/** Lets time pass before something is tried again. */
@FunctionalInterface
public interface Pause {
    /** First pause of a row of attempts. */
    Duration FIRST = Duration.ofMillis(250);

    /** Longest pause. */
    Duration LONGEST = Duration.ofSeconds(10);

    /** Waits. */
    void rest(Duration time) throws InterruptedException;

    /** The pause after this one: twice as long, up to the longest. */
    static Duration after(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
    }
}
