package io.finemesh.contract.run;

/** What the optimizer keeps of past gradients. */
public enum MomentForm {
    /** Two 32-bit moments per number. */
    ADAMW,
    /** Two moments of a byte per number, block-wise. */
    ADAMW_8BIT,
    /** Means of squares by row and by column; GaLore only. */
    ADAFACTOR
}
