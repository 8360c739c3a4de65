package io.finemesh.contract.run;

/** Which dimension of a gradient is projected (GaLore's {@code proj_type}). */
public enum ProjectedSide {
    /** The shorter. */
    STD,
    /** The longer. */
    REVERSE_STD,
    /** Rows. */
    LEFT,
    /** Columns. */
    RIGHT,
    /** Both. */
    FULL
}
