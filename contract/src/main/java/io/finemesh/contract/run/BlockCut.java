package io.finemesh.contract.run;

/** How decoder layers are cut into blocks. */
public enum BlockCut {
    /** A block per layer. */
    LAYER,
    /** Attention and MLP of each layer. */
    HALF,
    /** Each matrix. */
    MATRIX,
    /** As listed. */
    CUSTOM
}
