package io.finemesh.scheduler.trigger;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.FireId;
import io.finemesh.contract.id.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A run that a firing led to and that has not ended.
 *
 * @param fire the firing
 * @param run the run
 * @param firedAt when
 * @param plannedSteps optimizer steps it will take; 0 while that is not known
 * @param committedSteps optimizer steps in its checkpoints
 * @param running when each segment under way began, by segment and epoch
 * @param deviceMillis time of trainers on segments that ended, in milliseconds
 */
public record OpenRun(
        FireId fire,
        RunId run,
        Instant firedAt,
        long plannedSteps,
        long committedSteps,
        Map<String, Instant> running,
        long deviceMillis) {
    public OpenRun {
        requireNonNull(fire, "fire is null");
        requireNonNull(run, "run is null");
        requireNonNull(firedAt, "firedAt is null");
        running = Collections.unmodifiableMap(new TreeMap<>(running));
    }

    /**
     * One that was fired just now.
     *
     * @param steps what the policy's run specification says it will take; 0 where only its plan will say
     */
    static OpenRun begun(FireId fire, RunId run, long steps, Instant now) {
        return new OpenRun(fire, run, now, steps, 0, Map.of(), 0);
    }

    OpenRun moved(long planned, long committed) {
        return new OpenRun(
                fire,
                run,
                firedAt,
                planned == 0 ? plannedSteps : planned,
                Math.max(committedSteps, committed),
                running,
                deviceMillis);
    }

    /** A trainer began a segment; said again it changes nothing. */
    OpenRun segmentBegan(String segment, Instant at) {
        if (running.containsKey(segment)) {
            return this;
        }
        Map<String, Instant> more = new TreeMap<>(running);
        more.put(segment, at);
        return new OpenRun(fire, run, firedAt, plannedSteps, committedSteps, more, deviceMillis);
    }

    /** A trainer ended a segment; said again it changes nothing, since it is no longer under way. */
    OpenRun segmentEnded(String segment, Instant at) {
        if (!running.containsKey(segment)) {
            return this;
        }
        Map<String, Instant> less = new TreeMap<>(running);
        Instant began = less.remove(segment);
        long took = Math.max(0, Duration.between(began, at).toMillis());
        return new OpenRun(fire, run, firedAt, plannedSteps, committedSteps, less, deviceMillis + took);
    }

    /** Steps that count against a budget while it runs: all that it will take. */
    long steps() {
        return Math.max(plannedSteps, committedSteps);
    }

    /** Time of trainers so far, in milliseconds. */
    long deviceMillis(Instant now) {
        long underWay = running.values().stream()
                .mapToLong(began -> Math.max(0, Duration.between(began, now).toMillis()))
                .sum();
        return deviceMillis + underWay;
    }
}
