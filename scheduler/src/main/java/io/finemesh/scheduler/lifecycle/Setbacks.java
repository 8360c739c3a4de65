package io.finemesh.scheduler.lifecycle;

/**
 * What went wrong since the last commit; a commit starts the count again.
 *
 * @param failures the segment itself failed
 * @param interruptions a process, a disk or a connection failed under it
 * @param parked it could not go on for the moment
 */
public record Setbacks(int failures, int interruptions, int parked) {
    static final Setbacks NONE = new Setbacks(0, 0, 0);

    int total() {
        return failures + interruptions + parked;
    }
}
