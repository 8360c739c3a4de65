package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A committed checkpoint.
 *
 * @param checkpoint identity
 * @param parent checkpoint it is a delta on
 * @param runId run that made it
 * @param segmentIndex segment that made it
 * @param lastStep 0-based last optimizer step in it
 * @param weightsDigest digest of the weights
 * @param parameterCount number of parameters
 * @param weightBytes bytes of all tensors as stored
 * @param configurationJson config.json, verbatim
 * @param chatTemplate whether it has a chat template of its own; absent where the store does not say
 * @param changedTensors names of tensors that differ from the parent's; all of them for a root
 */
public record CheckpointDescriptor(
        CheckpointId checkpoint,
        Optional<CheckpointId> parent,
        Optional<RunId> runId,
        OptionalInt segmentIndex,
        OptionalLong lastStep,
        String weightsDigest,
        long parameterCount,
        long weightBytes,
        String configurationJson,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Boolean> chatTemplate,
        List<String> changedTensors) {
    public CheckpointDescriptor {
        requireNonNull(checkpoint, "checkpoint is null");
        parent = parent == null ? Optional.empty() : parent;
        runId = runId == null ? Optional.empty() : runId;
        segmentIndex = segmentIndex == null ? OptionalInt.empty() : segmentIndex;
        lastStep = lastStep == null ? OptionalLong.empty() : lastStep;
        requireNonNull(weightsDigest, "weightsDigest is null");
        requireNonNull(configurationJson, "configurationJson is null");
        chatTemplate = chatTemplate == null ? Optional.empty() : chatTemplate;
        changedTensors = List.copyOf(changedTensors);
    }
}
