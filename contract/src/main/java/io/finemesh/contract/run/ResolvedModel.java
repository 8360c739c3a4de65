package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;

/**
 * The model a run starts from, resolved to something immutable at submission.
 *
 * @param checkpoint the committed checkpoint
 * @param configurationJson its config.json, verbatim
 * @param parameterCount number of parameters
 * @param weightBytes bytes of all tensors as stored
 */
public record ResolvedModel(CheckpointId checkpoint, String configurationJson, long parameterCount, long weightBytes) {
    public ResolvedModel {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(configurationJson, "configurationJson is null");
    }
}
