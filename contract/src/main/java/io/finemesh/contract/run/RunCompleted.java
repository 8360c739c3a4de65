package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;

/**
 * Every segment is committed and every evaluation asked for is done. Terminal.
 *
 * @param runId the run
 * @param checkpoint the last checkpoint
 * @param weightsDigest digest of its weights; equal weights have equal digests
 * @param steps optimizer steps taken
 */
public record RunCompleted(RunId runId, CheckpointId checkpoint, String weightsDigest, long steps) implements RunEvent {
    public RunCompleted {
        requireNonNull(runId, "runId is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(weightsDigest, "weightsDigest is null");
    }
}
