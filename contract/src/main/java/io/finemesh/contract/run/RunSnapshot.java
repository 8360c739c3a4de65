package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.Message;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import java.util.Optional;

/**
 * Where a run stands now; the newest replaces the one before. Owner: scheduler.
 *
 * @param runId the run
 * @param phase where it stands
 * @param totalSteps optimizer steps planned
 * @param committedSteps optimizer steps in committed checkpoints
 * @param segments segments planned
 * @param committedSegments segments committed
 * @param lastCheckpoint last committed checkpoint
 * @param failure why it ended, if it did not complete
 */
public record RunSnapshot(
        RunId runId,
        RunPhase phase,
        long totalSteps,
        long committedSteps,
        int segments,
        int committedSegments,
        Optional<CheckpointId> lastCheckpoint,
        Optional<Failure> failure)
        implements Message {
    public RunSnapshot {
        requireNonNull(runId, "runId is null");
        requireNonNull(phase, "phase is null");
        lastCheckpoint = lastCheckpoint == null ? Optional.empty() : lastCheckpoint;
        failure = failure == null ? Optional.empty() : failure;
    }
}
