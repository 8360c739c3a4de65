package io.finemesh.engine.optim;

/** In which form a {@link LayerGradientSink} takes the gradient of a slot. */
public enum GradientForm {
    /** Not at all: the slot stands still, and nothing is computed for it. */
    NONE,
    /** As a tensor of the slot's shape. */
    DENSE,
    /**
     * As the two factors it is the product of: with y = x Wᵀ, dW = dYᵀ X. For methods that need only a projection of the gradient, which is cheaper than
     * forming it first (arXiv 2502.13811). Weights of linear maps in decoder layers only.
     */
    FACTORS
}
