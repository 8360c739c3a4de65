package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;

/**
 * The trainer gave the segment up and no longer holds the lease.
 *
 * @param runId the run
 * @param segmentIndex position of the segment in the run
 * @param epoch lease epoch under which this was said
 * @param trainer who says it
 * @param failure why
 */
public record SegmentFailed(RunId runId, int segmentIndex, long epoch, TrainerId trainer, Failure failure)
        implements TrainingEvent {
    public SegmentFailed {
        requireNonNull(runId, "runId is null");
        requireNonNull(trainer, "trainer is null");
        requireNonNull(failure, "failure is null");
    }
}
