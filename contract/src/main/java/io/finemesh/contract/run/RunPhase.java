package io.finemesh.contract.run;

/** Where a run stands. */
public enum RunPhase {
    /** Planned, waits for a trainer. */
    ACCEPTED,
    /** A segment is being trained or committed. */
    TRAINING,
    /** Training is done, evaluations are not. */
    EVALUATING,
    /** Done. */
    COMPLETED,
    /** Gave up. */
    FAILED,
    /** Stopped on request. */
    CANCELLED,
    /** Never started. */
    REJECTED
}
