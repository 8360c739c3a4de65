package io.finemesh.engine.optim.lomo;

/** What a fused update does with a gradient. */
public enum LomoRule {
    /** Plain descent, w -= rate * g; keeps nothing of past gradients (LOMO, arXiv 2306.09782). */
    LOMO,
    /**
     * Divided by the root of factored means of squares, each tensor's update normalised to a root mean square of at most 1 and scaled by the weights' own
     * (AdaLomo, arXiv 2310.10195).
     */
    ADALOMO
}
