package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.RunPhase;

/**
 * Where a run stands. A duplicate says the same again.
 *
 * @param runId the run; key of the record
 * @param phase where it stands
 * @param totalSteps optimizer steps planned
 * @param committedSteps optimizer steps in committed checkpoints
 */
public record RunMoved(RunId runId, RunPhase phase, long totalSteps, long committedSteps) implements TriggerSignal {
    public RunMoved {
        requireNonNull(runId, "runId is null");
        requireNonNull(phase, "phase is null");
    }
}
