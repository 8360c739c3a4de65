package io.finemesh.plan.shuffle;

/** What an order is for. Two purposes under one seed give unrelated orders. */
public enum Purpose {
    /** Which block is trained next. */
    BLOCK_ORDER(0x9d3f_5a11_c0de_0001L),
    /** Which sample is read next. */
    SAMPLE_ORDER(0x5bd1_e995_c0de_0002L),
    /** Which blocks are visited how often, by importance. */
    BLOCK_IMPORTANCE(0x2c1b_3c6d_c0de_0003L);

    /** Part of what makes a run reproducible: changing a salt changes every run. */
    private final long salt;

    Purpose(long salt) {
        this.salt = salt;
    }

    long salt() {
        return salt;
    }
}
