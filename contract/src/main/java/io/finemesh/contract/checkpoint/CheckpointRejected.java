package io.finemesh.contract.checkpoint;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;

/**
 * A segment's result did not verify; nothing was committed.
 *
 * @param checkpoint identity the trainer claimed
 * @param runId run
 * @param segmentIndex segment
 * @param epoch lease epoch of the result
 * @param failure what did not match
 */
public record CheckpointRejected(CheckpointId checkpoint, RunId runId, int segmentIndex, long epoch, Failure failure)
        implements CheckpointEvent {
    public CheckpointRejected {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(runId, "runId is null");
        requireNonNull(failure, "failure is null");
    }
}
