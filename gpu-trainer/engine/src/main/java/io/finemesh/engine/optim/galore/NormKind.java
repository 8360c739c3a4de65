package io.finemesh.engine.optim.galore;

/** Which norm of a projected matrix's gradient counts towards the global norm that is reported and clipped. */
public enum NormKind {
    /** That of the gradient itself, as in training that forms it. Needs a product more, and the inputs of all micro-batches of a layer at once. */
    FULL,
    /** That of the projected gradient, which is what the optimizer sees. Costs nothing. */
    PROJECTED
}
