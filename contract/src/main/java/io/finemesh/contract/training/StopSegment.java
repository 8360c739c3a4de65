package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;

/**
 * Drop the segment: the run was cancelled or the lease was lost. Ignored when not held.
 *
 * @param trainer whom it is for
 * @param runId the run
 * @param epoch every segment of the run up to this epoch is dropped
 * @param reason why
 */
public record StopSegment(TrainerId trainer, RunId runId, long epoch, String reason) implements TrainingCommand {
    public StopSegment {
        requireNonNull(trainer, "trainer is null");
        requireNonNull(runId, "runId is null");
        requireNonNull(reason, "reason is null");
    }
}
