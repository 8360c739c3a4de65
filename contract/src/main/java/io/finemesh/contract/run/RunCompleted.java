package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import java.util.Optional;

/**
 * Every segment is committed and every evaluation asked for is done. Terminal.
 *
 * @param runId the run
 * @param checkpoint the last checkpoint
 * @param weightsDigest digest of its weights; equal weights have equal digests
 * @param steps optimizer steps taken
 * @param outputName model name that the checkpoint is to be given
 */
public record RunCompleted(
        RunId runId, CheckpointId checkpoint, String weightsDigest, long steps, Optional<String> outputName)
        implements RunEvent {
    public RunCompleted {
        requireNonNull(runId, "runId is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(weightsDigest, "weightsDigest is null");
        outputName = outputName == null ? Optional.empty() : outputName;
    }
}
