package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;

/**
 * A trainer holds the lease of a segment. A later one for the same segment replaces it.
 *
 * @param runId the run
 * @param segment which steps and which block
 * @param trainer who trains it
 * @param epoch lease epoch; what an older epoch says no longer counts
 * @param base checkpoint it starts from
 */
public record SegmentScheduled(RunId runId, SegmentAssignment segment, TrainerId trainer, long epoch, CheckpointId base)
        implements RunEvent {
    public SegmentScheduled {
        requireNonNull(runId, "runId is null");
        requireNonNull(segment, "segment is null");
        requireNonNull(trainer, "trainer is null");
        requireNonNull(base, "base is null");
    }
}
