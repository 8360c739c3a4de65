package io.finemesh.engine.train;

/** Parts of an optimizer step, for timing. */
public enum Phase {
    /** Choosing and packing documents. */
    DATA,
    /** From tokens to loss. */
    FORWARD,
    /** From loss to gradients, recomputation included. */
    BACKWARD,
    /** Norm, clipping and update. */
    OPTIMIZER
}
