package io.finemesh.store.commit;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.checkpoint.CheckpointRejected;

/** What one attempt to commit a result came to. */
public sealed interface CommitOutcome {

    /**
     * The checkpoint exists.
     *
     * @param event what to tell the mesh; the same for every attempt at the same result
     * @param existed whether it existed before this attempt
     */
    record Committed(CheckpointCommitted event, boolean existed) implements CommitOutcome {
        public Committed {
            requireNonNull(event, "event is null");
        }
    }

    /**
     * The result is not sound; nothing was committed.
     *
     * @param event what to tell the mesh
     */
    record Rejected(CheckpointRejected event) implements CommitOutcome {
        public Rejected {
            requireNonNull(event, "event is null");
        }
    }

    /** The base is not committed; it may be one of the results that wait. */
    record BaseUnknown() implements CommitOutcome {}
}
