package io.finemesh.contract.registry;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.RunPhase;
import java.util.Optional;

/**
 * A run has ended; of interest where it is one of a policy. A duplicate changes nothing.
 *
 * @param runId the run
 * @param phase how
 * @param checkpoint its last checkpoint
 */
public record CandidateEnded(RunId runId, RunPhase phase, Optional<CheckpointId> checkpoint)
        implements PromotionSignal {
    public CandidateEnded {
        requireNonNull(runId, "runId is null");
        requireNonNull(phase, "phase is null");
        checkpoint = checkpoint == null ? Optional.empty() : checkpoint;
    }
}
