package io.finemesh.contract.policy;

/** How a paired comparison is made. */
public enum PairedTest {
    /** McNemar's exact test; for metrics of 0 and 1. */
    MCNEMAR,
    /** A percentile bootstrap interval of the mean difference. */
    BOOTSTRAP
}
