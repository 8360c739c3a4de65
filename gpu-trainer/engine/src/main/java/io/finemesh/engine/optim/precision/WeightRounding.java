package io.finemesh.engine.optim.precision;

/**
 * How updates reach weights that are stored in fewer bits than they are computed in. Rounded to nearest, most fine-tuning steps would vanish: at a step of
 * 1e-6, bf16 weights of usual size would move by 3 % of it. Weights stored as 32-bit floats are updated in place in any case.
 */
public enum WeightRounding {
    /** A 32-bit copy of every active weight takes the updates; what is stored is the copy, rounded. 4 more bytes per weight. */
    MASTER,
    /** Rounded up or down at random, so that the mean is right. Nothing more is stored. Repeatable: see {@link StochasticRounding}. */
    STOCHASTIC,
    /** What rounding cut off is kept in bf16 and added before the next update (Kahan, doi 10.1145/363707.363723). 2 more bytes per weight. */
    KAHAN
}
