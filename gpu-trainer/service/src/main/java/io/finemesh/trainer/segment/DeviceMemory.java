package io.finemesh.trainer.segment;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.trainer.failure.SegmentFailureException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the device thread keeps in native memory from segment to segment: at most one run's session, which stands at a checkpoint or,
 * while steps are being trained, nowhere. Used by the device thread, except for {@link #checkpoint}.
 */
final class DeviceMemory implements AutoCloseable {
    private RunSession session;
    private TrainingSamples samples;
    private boolean unsteady;
    private volatile CheckpointId checkpoint;

    /** The checkpoint whose weights are in memory. Any thread may ask. */
    Optional<CheckpointId> checkpoint() {
        return Optional.ofNullable(checkpoint);
    }

    /** The session, if a segment begins where it stands. */
    Optional<RunSession> standingAt(SegmentWork work) {
        return Optional.ofNullable(session).filter(held -> held.standsAt(work));
    }

    /** Replaces what is held by a segment's base. Samples encoded before are used again where they are of the same data. */
    RunSession load(SegmentWork work, SegmentBase base) throws IOException, SegmentFailureException {
        close();
        session = RunSession.open(work, base, Optional.ofNullable(samples));
        samples = session.samples();
        checkpoint = session.checkpoint();
        return session;
    }

    /** Trains; until {@link #steadyAt} the weights are those of no checkpoint. */
    <T> T unsteady(Supplier<T> training) {
        unsteady = true;
        checkpoint = null;
        return training.get();
    }

    /** The weights are those of a checkpoint again. */
    void steadyAt(CheckpointId result, Manifest manifest, int nonFiniteSteps) {
        session.advance(result, manifest, nonFiniteSteps);
        unsteady = false;
        checkpoint = result;
    }

    /** Frees weights that are those of no checkpoint. */
    void closeIfUnsteady() {
        if (unsteady) {
            close();
        }
    }

    /** Frees what is held for a run, samples included. */
    void release(RunId run) {
        if (session != null && session.run().equals(run)) {
            close();
            samples = null;
        }
    }

    @Override
    public void close() {
        unsteady = false;
        checkpoint = null;
        if (session != null) {
            session.close();
            session = null;
        }
    }
}
