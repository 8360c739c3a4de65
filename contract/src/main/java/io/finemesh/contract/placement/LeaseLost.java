package io.finemesh.contract.placement;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;

/**
 * The trainer fell silent, restarted or gave up.
 *
 * @param runId the run
 * @param epoch lease epoch
 * @param trainer who had it
 * @param failure why
 */
public record LeaseLost(RunId runId, long epoch, TrainerId trainer, Failure failure) implements PlacementEvent {
    public LeaseLost {
        requireNonNull(runId, "runId is null");
        requireNonNull(trainer, "trainer is null");
        requireNonNull(failure, "failure is null");
    }
}
