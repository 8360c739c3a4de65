package io.finemesh.contract.run;

/** How small updates reach weights stored in bf16. */
public enum WeightRounding {
    /** Through a 32-bit copy. */
    MASTER,
    /** Rounded up or down at random, right on average. */
    STOCHASTIC,
    /** What rounding cut off is kept and added next time. */
    KAHAN
}
