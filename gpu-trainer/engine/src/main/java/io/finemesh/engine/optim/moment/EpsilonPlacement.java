package io.finemesh.engine.optim.moment;

/** Where Adam's epsilon is added. */
public enum EpsilonPlacement {
    /** To the root of the bias-corrected second moment, as in {@code torch.optim.AdamW} and bitsandbytes. */
    AFTER_CORRECTION,
    /** To the root of the second moment as it is, as in older Hugging Face optimizers and GaLore's: the effective epsilon falls while the moment warms up. */
    BEFORE_CORRECTION
}
