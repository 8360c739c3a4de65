package io.finemesh.contract.run;

/** How a subspace is found. */
public enum SubspaceRefresh {
    /** By singular value decomposition. */
    EXACT,
    /** By subspace iteration from the one before. */
    RANDOMISED
}
