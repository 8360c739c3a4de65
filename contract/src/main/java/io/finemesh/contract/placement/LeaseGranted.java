package io.finemesh.contract.placement;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;

/**
 * A trainer has the segment.
 *
 * @param runId the run
 * @param epoch lease epoch
 * @param segmentIndex the segment
 * @param trainer who has it
 * @param incarnation which life of it
 */
public record LeaseGranted(RunId runId, long epoch, int segmentIndex, TrainerId trainer, TrainerIncarnation incarnation)
        implements PlacementEvent {
    public LeaseGranted {
        requireNonNull(runId, "runId is null");
        requireNonNull(trainer, "trainer is null");
        requireNonNull(incarnation, "incarnation is null");
    }
}
