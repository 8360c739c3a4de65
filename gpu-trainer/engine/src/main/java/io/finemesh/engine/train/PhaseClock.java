package io.finemesh.engine.train;

import java.util.EnumMap;
import java.util.Map;

/** Measures where the time of a step goes: one phase at a time, each entered as often as needed. */
final class PhaseClock {
    private final Map<Phase, Long> nanos = new EnumMap<>(Phase.class);
    private Phase current;
    private long since;

    /** Ends the present phase and begins another. */
    void enter(Phase phase) {
        stop();
        current = phase;
        since = System.nanoTime();
    }

    /** Ends the present phase. @return time of each phase since the last reset */
    Map<Phase, Long> stop() {
        if (current != null) {
            nanos.merge(current, System.nanoTime() - since, Long::sum);
            current = null;
        }
        return Map.copyOf(nanos);
    }

    /** Forgets all times. */
    void reset() {
        nanos.clear();
        current = null;
    }
}
