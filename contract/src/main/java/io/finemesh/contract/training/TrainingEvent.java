package io.finemesh.contract.training;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.RunId;

/** What a trainer says about a segment it holds. Owner: gpu-trainer. */
public sealed interface TrainingEvent extends Message
        permits SegmentStarted, BlockActivated, SegmentTrained, SegmentEnded, SegmentFailed {
    /** The run; key of the record. */
    RunId runId();

    /** Position of the segment in the run. */
    int segmentIndex();

    /** Lease epoch under which this was said. */
    long epoch();
}
