package io.finemesh.contract.run;

/** How weights are stored; arithmetic is 32-bit. */
public enum Precision {
    /** Four bytes a weight. */
    FP32,
    /** Two bytes a weight; the active block keeps a 32-bit master. */
    BF16
}
