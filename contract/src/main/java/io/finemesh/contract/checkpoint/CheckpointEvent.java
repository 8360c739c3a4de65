package io.finemesh.contract.checkpoint;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.CheckpointId;

/** What the store decided about a checkpoint; key is the run, or the checkpoint where no run made it. Owner: checkpoint-store. */
public sealed interface CheckpointEvent extends Message permits ModelImported, CheckpointCommitted, CheckpointRejected {

    /** The checkpoint. */
    CheckpointId checkpoint();
}
