package io.finemesh.contract.run;

/** What is measured on a checkpoint. */
public enum EvaluationTask {
    /** Mean negative log-likelihood of held-out answers, with perplexity and standard error. */
    HELD_OUT_LOSS,
    /** Greedy answers whose number after #### equals the reference. */
    EXACT_MATCH,
    /** GSM8K with worked examples drawn from a training split. */
    GSM8K,
    /** GSM8K with fixed worked examples in words. */
    GSM8K_COT,
    /** GSM8K with an invitation to think and no worked example. */
    GSM8K_COT_ZEROSHOT,
    /** GSM8K in the form for instruction-tuned models. */
    GSM8K_COT_LLAMA,
    /** AQuA-RAT as AGIEval asks it, by log-likelihood. */
    AQUA,
    /** SAT-Math as AGIEval asks it, by log-likelihood. */
    SAT_MATH,
    /** A subject of MMLU, by log-likelihood. */
    MMLU,
    /** MATH, compared by its string rules. */
    HENDRYCKS_MATH,
    /** SVAMP: the last number of the answer. */
    SVAMP,
    /** NumGLUE: exact match, numbers compared as numbers. */
    NUMGLUE,
    /** A classification task of SuperGLUE, which is the subject, by log-likelihood. */
    SUPERGLUE,
    /** A user's own task, from its definition. */
    OWN,
    /** MT-bench: two turns of open questions, rated by a judge. */
    MT_BENCH,
    /** What training did to each tensor, against the checkpoint it started from or another; asks the model nothing. */
    UPDATE_REPORT,
    /** MT-bench in pairs: whose answers a judge prefers, the checkpoint's or those of the one it started from or another. */
    MT_BENCH_PAIRWISE;

    /** Whether its figures are of a checkpoint against another one, so that a checkpoint alone has none. */
    public boolean comparesCheckpoints() {
        return this == UPDATE_REPORT || this == MT_BENCH_PAIRWISE;
    }

    /** Whether a judge rates the answers. */
    public boolean isJudged() {
        return this == MT_BENCH || this == MT_BENCH_PAIRWISE;
    }
}
