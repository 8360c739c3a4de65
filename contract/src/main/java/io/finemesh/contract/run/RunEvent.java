package io.finemesh.contract.run;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.RunId;

/** What the scheduler decided about one run. Owner: scheduler. */
public sealed interface RunEvent extends Message
        permits RunAccepted, RunRejected, SegmentScheduled, SegmentRetried, RunCompleted, RunFailed, RunCancelled {
    /** The run this is about; key of the record. */
    RunId runId();
}
