package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import java.util.Optional;

/**
 * The run gave up. Terminal.
 *
 * @param runId the run
 * @param failure the reason a person needs
 * @param lastCheckpoint last committed checkpoint; nothing committed is lost
 */
public record RunFailed(RunId runId, Failure failure, Optional<CheckpointId> lastCheckpoint) implements RunEvent {
    public RunFailed {
        requireNonNull(runId, "runId is null");
        requireNonNull(failure, "failure is null");
        lastCheckpoint = lastCheckpoint == null ? Optional.empty() : lastCheckpoint;
    }
}
