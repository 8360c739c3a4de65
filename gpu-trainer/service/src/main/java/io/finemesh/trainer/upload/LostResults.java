package io.finemesh.trainer.upload;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import java.util.Set;

/** Hears of results that will never be committed, so that nothing more is built on them. */
@FunctionalInterface
public interface LostResults {
    /**
     * Results could not be uploaded.
     *
     * @param checkpoints that will not exist
     * @param failure why
     */
    void lost(Set<CheckpointId> checkpoints, Failure failure);
}
