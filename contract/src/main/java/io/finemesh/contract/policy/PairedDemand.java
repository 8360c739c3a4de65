package io.finemesh.contract.policy;

/** What a paired comparison must show. */
public enum PairedDemand {
    /** The challenger is significantly better. */
    BETTER,
    /** The challenger is not significantly worse. */
    NOT_WORSE
}
