package io.finemesh.contract.checkpoint;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;

/**
 * A model came in from outside and is committed as a root checkpoint. Importing it again gives the same id.
 *
 * @param checkpoint the checkpoint
 * @param name name it was imported under; the newest import of a name wins
 * @param parameterCount number of parameters
 * @param weightBytes bytes of all tensors as stored
 * @param weightsDigest digest of the weights
 */
public record ModelImported(
        CheckpointId checkpoint, String name, long parameterCount, long weightBytes, String weightsDigest)
        implements CheckpointEvent {
    public ModelImported {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(name, "name is null");
        requireNonNull(weightsDigest, "weightsDigest is null");
    }
}
