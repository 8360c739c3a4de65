package io.finemesh.scheduler.lifecycle;

import io.finemesh.contract.id.CheckpointId;
import java.util.Optional;

/**
 * What is left to say of a run that has ended.
 *
 * @param totalSteps optimizer steps planned
 * @param committedSteps optimizer steps in committed checkpoints
 * @param segments segments planned
 * @param committedSegments segments committed
 * @param lastCheckpoint last committed checkpoint
 */
public record RunTotals(
        long totalSteps,
        long committedSteps,
        int segments,
        int committedSegments,
        Optional<CheckpointId> lastCheckpoint) {
    static final RunTotals NOTHING = new RunTotals(0, 0, 0, 0, Optional.empty());

    public RunTotals {
        lastCheckpoint = lastCheckpoint == null ? Optional.empty() : lastCheckpoint;
    }
}
