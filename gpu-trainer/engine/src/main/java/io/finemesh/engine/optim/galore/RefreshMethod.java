package io.finemesh.engine.optim.galore;

/** How a basis is computed from a gradient. */
public enum RefreshMethod {
    /** By singular value decomposition, the largest entry of each vector positive. Cost grows with the product of both sides and the smaller one. */
    EXACT,
    /**
     * By subspace iteration that starts from the basis before (from seeded random vectors the first time): a few products of the gradient with thin matrices.
     * Ten to forty times faster from a side of 1,000 on (Halko, Martinsson and Tropp, arXiv 0909.4061).
     */
    RANDOMISED
}
