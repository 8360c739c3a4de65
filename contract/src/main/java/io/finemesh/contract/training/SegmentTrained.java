package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;

/**
 * All steps are done and the result is held in memory; the upload goes on. The next segment may be granted to this trainer now.
 *
 * @param runId the run
 * @param segmentIndex position of the segment in the run
 * @param epoch lease epoch under which this was said
 * @param trainer who holds the result
 * @param checkpoint identity the result will have once committed
 * @param lastStep 0-based last optimizer step
 * @param lastLoss loss of the last step
 * @param traceparent W3C trace context of the segment's span; empty when tracing is off
 */
public record SegmentTrained(
        RunId runId,
        int segmentIndex,
        long epoch,
        TrainerId trainer,
        CheckpointId checkpoint,
        long lastStep,
        double lastLoss,
        String traceparent)
        implements TrainingEvent {
    public SegmentTrained {
        requireNonNull(runId, "runId is null");
        requireNonNull(trainer, "trainer is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(traceparent, "traceparent is null");
    }
}
