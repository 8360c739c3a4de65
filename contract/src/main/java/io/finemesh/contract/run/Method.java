package io.finemesh.contract.run;

/** How parameters are updated. */
public enum Method {
    /** Adam with decoupled weight decay on all parameters. */
    ADAMW,
    /** Adam on one block of layers at a time (BAdam, Luo et al. 2024). */
    BADAM
}
