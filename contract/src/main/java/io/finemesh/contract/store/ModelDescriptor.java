package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.CheckpointId;
import java.util.Optional;

/**
 * A model by name.
 *
 * @param name its name
 * @param checkpoint root checkpoint
 * @param parameterCount number of parameters
 * @param weightBytes bytes of all tensors as stored
 * @param weightsDigest digest of the weights
 * @param configurationJson config.json, verbatim
 * @param chatTemplate whether it has a chat template of its own; absent where the store does not say
 */
public record ModelDescriptor(
        String name,
        CheckpointId checkpoint,
        long parameterCount,
        long weightBytes,
        String weightsDigest,
        String configurationJson,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Boolean> chatTemplate) {
    public ModelDescriptor {
        requireNonNull(name, "name is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(weightsDigest, "weightsDigest is null");
        requireNonNull(configurationJson, "configurationJson is null");
        chatTemplate = chatTemplate == null ? Optional.empty() : chatTemplate;
    }
}
