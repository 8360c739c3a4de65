package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;

/**
 * Base checkpoint and data are there, steps begin.
 *
 * @param runId the run
 * @param segmentIndex position of the segment in the run
 * @param epoch lease epoch under which this was said
 * @param trainer who says it
 * @param traceparent W3C trace context of the segment's span; empty when tracing is off
 */
public record SegmentStarted(RunId runId, int segmentIndex, long epoch, TrainerId trainer, String traceparent)
        implements TrainingEvent {
    public SegmentStarted {
        requireNonNull(runId, "runId is null");
        requireNonNull(trainer, "trainer is null");
        requireNonNull(traceparent, "traceparent is null");
    }
}
