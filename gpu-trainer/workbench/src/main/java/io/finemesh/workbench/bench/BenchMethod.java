package io.finemesh.workbench.bench;

/** Methods that can be measured against a peer. */
enum BenchMethod {
    /** All parameters; the peer is PyTorch's fused AdamW. */
    ADAMW,
    /** A block at a time; the peer is the badam package. */
    BADAM,
    /** All parameters, matrices of the layers in a subspace; the peer is the galore_torch package. */
    GALORE
}
