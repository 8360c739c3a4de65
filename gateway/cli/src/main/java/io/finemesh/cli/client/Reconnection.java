package io.finemesh.cli.client;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** How long a stream of events is tried to be had again: half a minute at first, minutes once it was there, from its end anew each time. */
final class Reconnection {
    /** Statuses that say "not now": too many requests, and a gateway, or one before it, that is starting or busy. */
    static final Set<Integer> PASSING = Set.of(429, 502, 503, 504);

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration PATIENCE_AT_FIRST = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Pause pause;
    private Duration patience = PATIENCE_AT_FIRST;
    private Duration waited = Duration.ZERO;

    Reconnection(Pause pause) {
        this.pause = pause;
    }

    /** Lets time pass. */
    interface Pause {
        void of(Duration duration) throws InterruptedException;
    }

    /** The stream is there. */
    void connected() {
        patience = PATIENCE;
        waited = Duration.ZERO;
    }

    /**
     * Waits before the next attempt.
     *
     * @param retryAfter how long the gateway asks to wait
     * @throws GatewayProblem what stands in the way, when it was waited for long enough
     */
    void await(Optional<Duration> retryAfter, GatewayProblem broken) throws GatewayProblem {
        Duration asked = retryAfter.orElse(PAUSE);
        Duration next = asked.compareTo(PAUSE) < 0 ? PAUSE : asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
        waited = waited.plus(next);
        if (waited.compareTo(patience) > 0) {
            throw broken;
        }
        try {
            pause.of(next);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw broken;
        }
    }
}
