package io.finemesh.contract.run;

/** How BAdam holds layers while another block is trained. Checkpoints have the exact weights in either case. */
public enum FrozenForm {
    /** As they are stored. */
    STORED,
    /** Their matrices as 8-bit integers with a scale per 256 of them: half the memory of bf16, a forward pass that is slightly another. */
    INT8
}
