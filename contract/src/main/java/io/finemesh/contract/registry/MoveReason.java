package io.finemesh.contract.registry;

/** Why an alias moved. */
public enum MoveReason {
    /** The gate let a challenger through. */
    PROMOTED,
    /** The gate let a challenger through, and a person said yes. */
    APPROVED,
    /** A person moved it. */
    COMMANDED,
    /** A person took the last move back. */
    ROLLED_BACK,
    /** A later evaluation of the holder fell behind what the policy asks. */
    REGRESSED,
    /** A run of a policy is complete: its checkpoint is the one that is to be judged. */
    NOMINATED
}
