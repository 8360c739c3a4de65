package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import java.util.Optional;

/**
 * The run was stopped on request. Terminal.
 *
 * @param runId the run
 * @param reason who asked and why
 * @param lastCheckpoint last committed checkpoint
 */
public record RunCancelled(RunId runId, String reason, Optional<CheckpointId> lastCheckpoint) implements RunEvent {
    public RunCancelled {
        requireNonNull(runId, "runId is null");
        requireNonNull(reason, "reason is null");
        lastCheckpoint = lastCheckpoint == null ? Optional.empty() : lastCheckpoint;
    }
}
