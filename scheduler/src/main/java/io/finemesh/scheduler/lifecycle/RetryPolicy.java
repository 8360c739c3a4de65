package io.finemesh.scheduler.lifecycle;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.Fault;
import java.time.Duration;

/**
 * Whether and when a segment is tried again. Reads a failure's fault and disposition and nothing else.
 *
 * <ul>
 *   <li>ABORT: never.
 *   <li>PARK: always, after a rest; it is nobody's failure and is not counted against the run.
 *   <li>RETRY where the fault is INFRASTRUCTURE: {@code interruptions} times without a commit in between. A process or a connection died under the
 *       segment, which says nothing about the segment.
 *   <li>RETRY otherwise: {@code failures} times without a commit in between, since a pure function that failed three times fails a fourth time.
 * </ul>
 *
 * @param failures retries of a segment that fails by itself
 * @param interruptions retries of a segment that something failed under
 * @param firstRest rest before the second retry; the first is at once, and each further rest is twice as long
 * @param longestRest no rest is longer
 * @param verdictPatience a store that has not said for so long what became of an uploaded result counts as unreachable
 * @param evaluationPatience an evaluation that has not ended so long after it was asked for counts as failed
 */
public record RetryPolicy(
        int failures,
        int interruptions,
        Duration firstRest,
        Duration longestRest,
        Duration verdictPatience,
        Duration evaluationPatience) {
    public RetryPolicy {
        requireNonNull(firstRest, "firstRest is null");
        requireNonNull(longestRest, "longestRest is null");
        requireNonNull(verdictPatience, "verdictPatience is null");
        requireNonNull(evaluationPatience, "evaluationPatience is null");
        if (!verdictPatience.isPositive()) {
            throw new IllegalArgumentException("the patience for a verdict is more than 0, got " + verdictPatience);
        }
        if (!evaluationPatience.isPositive()) {
            throw new IllegalArgumentException(
                    "the patience for an evaluation is more than 0, got " + evaluationPatience);
        }
        if (failures < 0 || interruptions < 0 || firstRest.isNegative() || longestRest.compareTo(firstRest) < 0) {
            throw new IllegalArgumentException(
                    "retries are 0 or more and the longest rest is not shorter than the first, got " + failures + ", "
                            + interruptions + ", " + firstRest + " and " + longestRest);
        }
    }

    /** The answer to one failure. */
    sealed interface Verdict {
        /** Again, after a rest. */
        record Again(Setbacks setbacks, Duration rest) implements Verdict {}

        /** No more. */
        record GiveUp(Failure failure) implements Verdict {}
    }

    Verdict judge(Setbacks before, int segmentIndex, Failure failure) {
        return switch (failure.code().disposition()) {
            case ABORT -> new Verdict.GiveUp(failure);
            case PARK -> again(new Setbacks(before.failures(), before.interruptions(), before.parked() + 1));
            case RETRY -> {
                boolean interrupted = failure.code().fault() == Fault.INFRASTRUCTURE;
                Setbacks counted = interrupted
                        ? new Setbacks(before.failures(), before.interruptions() + 1, before.parked())
                        : new Setbacks(before.failures() + 1, before.interruptions(), before.parked());
                boolean spent = counted.failures() > failures || counted.interruptions() > interruptions;
                yield spent ? new Verdict.GiveUp(spent(counted, segmentIndex, failure)) : again(counted);
            }
        };
    }

    private Verdict again(Setbacks counted) {
        return new Verdict.Again(counted, rest(counted.total()));
    }

    private Duration rest(int setbacks) {
        if (setbacks <= 1) {
            return Duration.ZERO;
        }
        int doublings = Math.min(setbacks - 2, 30);
        Duration rest = firstRest.multipliedBy(1L << doublings);
        return rest.compareTo(longestRest) > 0 ? longestRest : rest;
    }

    private static Failure spent(Setbacks counted, int segmentIndex, Failure last) {
        return new Failure(
                last.code(),
                "gave up segment " + segmentIndex + " after " + (counted.failures() + counted.interruptions())
                        + " attempts without a commit (" + counted.failures() + " failed, " + counted.interruptions()
                        + " were interrupted); the last one: " + last.message());
    }
}
