package io.finemesh.scheduler.lifecycle;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.RunPhase;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.scheduler.lifecycle.RunState.Active;
import java.util.Optional;

/** States as others see them. */
final class RunSnapshots {
    private RunSnapshots() {}

    /** The snapshot of a state; nothing is said of a run that is not known. */
    static Optional<RunSnapshot> of(RunState state) {
        return switch (state) {
            case RunState.Absent _ -> Optional.empty();
            case RunState.AwaitingTrainer waiting ->
                // Only the first request of all carries the first epoch, and a run leaves it as soon as a trainer has
                // been found.
                active(waiting, waiting.epoch() == RunState.FIRST_EPOCH ? RunPhase.ACCEPTED : RunPhase.TRAINING);
            case RunState.Training training -> active(training, RunPhase.TRAINING);
            case RunState.Committing committing -> active(committing, RunPhase.TRAINING);
            case RunState.Resting resting -> active(resting, RunPhase.TRAINING);
            case RunState.Evaluating evaluating -> active(evaluating, RunPhase.EVALUATING);
            case RunState.Completed done -> snapshot(done.runId(), RunPhase.COMPLETED, done.totals(), Optional.empty());
            case RunState.Failed failed ->
                snapshot(failed.runId(), RunPhase.FAILED, failed.totals(), Optional.of(failed.failure()));
            case RunState.Cancelled cancelled ->
                snapshot(cancelled.runId(), RunPhase.CANCELLED, cancelled.totals(), Optional.empty());
            case RunState.Rejected rejected ->
                snapshot(rejected.runId(), RunPhase.REJECTED, RunTotals.NOTHING, Optional.of(rejected.failure()));
        };
    }

    private static Optional<RunSnapshot> active(Active active, RunPhase phase) {
        return snapshot(active.charter().runId(), phase, active.totals(), Optional.empty());
    }

    private static Optional<RunSnapshot> snapshot(
            RunId runId, RunPhase phase, RunTotals totals, Optional<Failure> failure) {
        return Optional.of(new RunSnapshot(
                runId,
                phase,
                totals.totalSteps(),
                totals.committedSteps(),
                totals.segments(),
                totals.committedSegments(),
                totals.lastCheckpoint(),
                failure));
    }
}
