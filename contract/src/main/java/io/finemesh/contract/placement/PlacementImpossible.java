package io.finemesh.contract.placement;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.RunId;

/**
 * No trainer that is there could ever hold the run.
 *
 * @param runId the run
 * @param epoch epoch of the request
 * @param failure what was asked and what the largest trainer has
 */
public record PlacementImpossible(RunId runId, long epoch, Failure failure) implements PlacementEvent {
    public PlacementImpossible {
        requireNonNull(runId, "runId is null");
        requireNonNull(failure, "failure is null");
    }
}
