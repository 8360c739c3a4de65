package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.RunId;

/**
 * A segment is given out again after a failure.
 *
 * @param runId the run
 * @param segmentIndex the segment that starts again, the first after the last committed one
 * @param attempt attempts of this segment so far, the new one included
 * @param failure why the last attempt ended
 */
public record SegmentRetried(RunId runId, int segmentIndex, int attempt, Failure failure) implements RunEvent {
    public SegmentRetried {
        requireNonNull(runId, "runId is null");
        requireNonNull(failure, "failure is null");
    }
}
