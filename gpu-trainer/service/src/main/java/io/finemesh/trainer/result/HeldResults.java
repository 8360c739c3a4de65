package io.finemesh.trainer.result;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.id.CheckpointId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Manifests of the newest results of this trainer, because the next segment builds on one before the store has committed it.
 * Thread-safe.
 */
public final class HeldResults {
    /** The one being built on, and the one before it, should the store refuse the last. */
    private static final int MOST = 2;

    private final Map<CheckpointId, Manifest> newest = new LinkedHashMap<>();

    /** Remembers a result in place of the oldest one. */
    public synchronized void hold(CheckpointId checkpoint, Manifest manifest) {
        newest.remove(checkpoint);
        newest.put(checkpoint, manifest);
        if (newest.size() > MOST) {
            newest.remove(newest.keySet().iterator().next());
        }
    }

    /** Forgets results. */
    public synchronized void forget(Iterable<CheckpointId> checkpoints) {
        checkpoints.forEach(newest::remove);
    }

    /** The manifest of a result. */
    public synchronized Optional<Manifest> find(CheckpointId checkpoint) {
        return Optional.ofNullable(newest.get(checkpoint));
    }

    /** Every result held, the oldest first. */
    public synchronized List<CheckpointId> checkpoints() {
        return List.copyOf(newest.keySet());
    }
}
