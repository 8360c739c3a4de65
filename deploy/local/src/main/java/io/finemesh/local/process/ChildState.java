package io.finemesh.local.process;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/** Where a child is in its life. */
public sealed interface ChildState {
    /** Since when it is so. */
    Instant since();

    /** Its process, where there is one. */
    default OptionalLong pid() {
        return OptionalLong.empty();
    }

    /** Not started yet. */
    record Idle(Instant since) implements ChildState {}

    /** Runs, has not been ready yet. */
    record Starting(long process, Instant since) implements ChildState {
        @Override
        public OptionalLong pid() {
            return OptionalLong.of(process);
        }
    }

    /**
     * Says that it can work.
     *
     * @param startup time from its start to its first readiness
     */
    record Ready(long process, Instant since, Duration startup) implements ChildState {
        @Override
        public OptionalLong pid() {
            return OptionalLong.of(process);
        }
    }

    /** Was ready, and says or shows that it cannot work at the moment. It is left to recover. */
    record Unready(long process, Instant since, Duration startup) implements ChildState {
        @Override
        public OptionalLong pid() {
            return OptionalLong.of(process);
        }
    }

    /**
     * Ended without being asked to, and will be started again.
     *
     * @param failures failures in a row
     * @param everReady whether it was ready before it ended
     * @param pause how long it is left alone
     * @param reason how it ended, in words
     */
    record BackingOff(int failures, boolean everReady, Duration pause, String reason, Instant since)
            implements ChildState {}

    /** Asked to end. */
    record Stopping(long process, Instant since) implements ChildState {
        @Override
        public OptionalLong pid() {
            return OptionalLong.of(process);
        }
    }

    /** Ended because it was asked to. */
    record Stopped(Instant since, String reason) implements ChildState {}
}
