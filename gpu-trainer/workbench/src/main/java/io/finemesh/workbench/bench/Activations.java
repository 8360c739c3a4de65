package io.finemesh.workbench.bench;

import io.finemesh.engine.train.ActivationPolicy;

/** What is kept of a layer between forward and backward pass. */
enum Activations {
    /** What the engine does by itself: keep them up to its budget, else compute layers again. The peer keeps them. */
    BUDGET(ActivationPolicy.DEFAULT_BUDGET_BYTES),
    /** Everything, on both sides. */
    KEEP(Long.MAX_VALUE),
    /** Layer inputs only, on both sides: the peer with gradient checkpointing. */
    RECOMPUTE(0);

    private final long bytes;

    Activations(long bytes) {
        this.bytes = bytes;
    }

    /** The engine's budget. */
    long bytes() {
        return bytes;
    }
}
