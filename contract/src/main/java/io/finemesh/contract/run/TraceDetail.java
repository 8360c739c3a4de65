package io.finemesh.contract.run;

/** How many spans a run leaves. */
public enum TraceDetail {
    /** None. */
    OFF,
    /** One a segment. */
    SEGMENT,
    /** One a segment and one an optimizer step. */
    PER_STEP
}
