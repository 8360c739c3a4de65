package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;

/**
 * A model by name.
 *
 * @param name its name
 * @param checkpoint root checkpoint
 * @param parameterCount number of parameters
 * @param weightBytes bytes of all tensors as stored
 * @param weightsDigest digest of the weights
 * @param configurationJson config.json, verbatim
 */
public record ModelDescriptor(
        String name,
        CheckpointId checkpoint,
        long parameterCount,
        long weightBytes,
        String weightsDigest,
        String configurationJson) {
    public ModelDescriptor {
        requireNonNull(name, "name is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(weightsDigest, "weightsDigest is null");
        requireNonNull(configurationJson, "configurationJson is null");
    }
}
