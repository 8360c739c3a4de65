package io.finemesh.engine.optim.moment;

/** What an optimizer keeps of past gradients, and how. */
public enum MomentKind {
    /** First and second moments as 32-bit floats (AdamW, arXiv 1711.05101): 8 bytes per element. */
    ADAMW,
    /** The same, block-wise in 8 bits (arXiv 2110.02861): 2.03 bytes per element. */
    ADAMW_8BIT,
    /** Means of squares by row and by column (Adafactor, arXiv 1804.04235): a few bytes per row and column. */
    ADAFACTOR
}
