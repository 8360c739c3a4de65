package io.finemesh.contract.checkpoint;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A segment's result is verified and its manifest exists. A duplicate says the same again.
 *
 * @param checkpoint the checkpoint
 * @param runId run that made it
 * @param segmentIndex segment that made it
 * @param epoch lease epoch of the result
 * @param parent checkpoint it is a delta on
 * @param lastStep 0-based last optimizer step in it
 * @param weightsDigest digest of the weights
 * @param newBytes bytes that this commit added
 * @param changedTensors names of tensors that differ from the parent's
 * @param gradientNorm mean gradient norm of the segment's steps, as its ledger says; absent where every step was skipped
 */
public record CheckpointCommitted(
        CheckpointId checkpoint,
        RunId runId,
        int segmentIndex,
        long epoch,
        CheckpointId parent,
        long lastStep,
        String weightsDigest,
        long newBytes,
        List<String> changedTensors,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) OptionalDouble gradientNorm)
        implements CheckpointEvent {
    public CheckpointCommitted {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(runId, "runId is null");
        requireNonNull(parent, "parent is null");
        requireNonNull(weightsDigest, "weightsDigest is null");
        changedTensors = List.copyOf(changedTensors);
        gradientNorm = gradientNorm == null ? OptionalDouble.empty() : gradientNorm;
    }
}
