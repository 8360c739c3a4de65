package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;

/**
 * Execute a segment under a lease. A trainer ignores it when the incarnation is not its own, and a duplicate by epoch.
 *
 * @param trainer whom it is for
 * @param incarnation the life of the trainer the lease was granted to
 * @param epoch lease epoch, growing within a run
 * @param work what to do
 */
public record TrainSegment(TrainerId trainer, TrainerIncarnation incarnation, long epoch, SegmentWork work)
        implements TrainingCommand {
    public TrainSegment {
        requireNonNull(trainer, "trainer is null");
        requireNonNull(incarnation, "incarnation is null");
        requireNonNull(work, "work is null");
    }
}
