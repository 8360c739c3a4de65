package io.finemesh.contract.run;

/** In which order BAdam visits blocks (its {@code switch_mode}). */
public enum BlockOrder {
    /** A new permutation for every pass over the blocks. */
    RANDOM,
    /** From the input upwards. */
    ASCENDING,
    /** From the output downwards. */
    DESCENDING,
    /** One block for the whole run. */
    FIXED,
    /** In every pass over the blocks, each in proportion to its importance: a given number, or the gradient norm measured at its last visit. */
    IMPORTANCE
}
