package io.finemesh.contract.registry;

/** What a gate decided. */
public enum GateVerdict {
    /** Every rule passed: the alias moves. */
    PROMOTED,
    /** Every rule passed; a person has the last word. */
    AWAITING_APPROVAL,
    /** A rule failed, or a person said no: the alias stays. */
    REJECTED,
    /** The policy cannot be applied to these results: the alias stays. */
    UNDECIDABLE,
    /** A later evaluation of the holder failed a rule: the alias goes back, if there is somewhere to go. */
    REGRESSED
}
