package io.finemesh.contract.trigger;

/** What keeps a policy from firing. */
public enum HoldReason {
    /** Too soon after the last firing. */
    COOLDOWN,
    /** As many of its runs as are allowed are under way. */
    CONCURRENCY,
    /** The optimizer steps of the period are spent. */
    STEP_BUDGET,
    /** The trainers' time of the period is spent. */
    GPU_BUDGET,
    /** The policy is disabled. */
    DISABLED,
    /** The data set has no training sample. */
    NO_DATA
}
