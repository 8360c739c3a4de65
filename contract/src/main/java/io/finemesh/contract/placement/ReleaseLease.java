package io.finemesh.contract.placement;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;

/**
 * The run no longer needs its trainer. Ignored when it has none.
 *
 * @param runId the run
 * @param epoch leases and requests of the run up to this epoch end
 * @param stop also tell the trainer to drop the segment
 * @param reason why
 */
public record ReleaseLease(RunId runId, long epoch, boolean stop, String reason) implements PlacementRequest {
    public ReleaseLease {
        requireNonNull(runId, "runId is null");
        requireNonNull(reason, "reason is null");
    }
}
