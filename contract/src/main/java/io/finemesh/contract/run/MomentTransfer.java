package io.finemesh.contract.run;

/** What becomes of moments when the subspace changes. */
public enum MomentTransfer {
    /** They stay. */
    KEPT,
    /** They are turned into the new subspace. */
    ROTATED,
    /** They begin again. */
    RESET
}
