package io.finemesh.contract.run;

/** What is measured on a checkpoint. */
public enum EvaluationTask {
    /** Mean negative log-likelihood of held-out answers, with perplexity and standard error. */
    HELD_OUT_LOSS,
    /** Greedy answers whose number after #### equals the reference. */
    EXACT_MATCH
}
