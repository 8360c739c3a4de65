package io.finemesh.contract.policy;

/** Which way a metric is better. */
public enum Better {
    /** More is better: accuracy, exact match. */
    HIGHER,
    /** Less is better: loss, perplexity. */
    LOWER
}
