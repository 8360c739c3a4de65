package io.finemesh.store.commit;

import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.wire.Envelope;
import java.time.Instant;

/** Is told of every result that was concluded, for traces and figures. */
public interface CommitObserver {

    /**
     * A result is committed or rejected and the mesh was told.
     *
     * @param result the result
     * @param outcome what became of it
     * @param begun when its first attempt began
     * @param ended when the mesh had been told
     */
    void concluded(Envelope<SegmentEnded> result, CommitOutcome outcome, Instant begun, Instant ended);
}
