package io.finemesh.scheduler.lifecycle;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import java.util.Optional;

/**
 * The newest checkpoint of a run that exists in the store.
 *
 * @param checkpoint which
 * @param weightsDigest digest of its weights
 * @param traceparent W3C trace context of the segment that made it, where the trainer was heard to finish it
 */
public record CommittedCheckpoint(CheckpointId checkpoint, String weightsDigest, Optional<String> traceparent) {
    public CommittedCheckpoint {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(weightsDigest, "weightsDigest is null");
        traceparent = traceparent == null ? Optional.empty() : traceparent;
    }
}
