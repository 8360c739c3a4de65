package io.finemesh.local.process;

import java.time.Duration;

/**
 * How long a crashed child waits before it is started again: the wait doubles with each failure in a row, up to a limit.
 *
 * @param first wait after the first failure
 * @param longest the wait never exceeds this
 * @param settled a child that ran at least this long counts as healthy: its next crash is a first failure again
 */
public record RestartPolicy(Duration first, Duration longest, Duration settled) {
    public static final RestartPolicy DEFAULT =
            new RestartPolicy(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(60));

    public RestartPolicy {
        if (!first.isPositive() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "The first wait must be positive and not above the longest; found first = " + first + ", longest = "
                            + longest);
        }
    }

    /** Failures in a row, this one included. */
    public int failuresInRow(int before, Duration uptime) {
        return uptime.compareTo(settled) >= 0 ? 1 : Math.addExact(before, 1);
    }

    /** @param failures failures in a row, at least 1 */
    public Duration pause(int failures) {
        if (failures < 1) {
            throw new IllegalArgumentException("A wait follows at least one failure; found " + failures);
        }
        Duration wait = first;
        for (int i = 1; i < failures && wait.compareTo(longest) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        return wait.compareTo(longest) < 0 ? wait : longest;
    }
}
