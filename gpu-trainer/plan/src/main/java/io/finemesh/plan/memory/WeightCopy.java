package io.finemesh.plan.memory;

/** What is held beside each trained weight that is stored in fewer than 32 bits, so that small updates are not lost. */
public enum WeightCopy {
    /** Nothing: updates are rounded at random. */
    NONE(0),
    /** A 32-bit copy. */
    MASTER(4),
    /** What rounding cut off, in 16 bits (Kahan). */
    COMPENSATION(2);

    private final int bytes;

    WeightCopy(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes per trained weight. */
    int bytes() {
        return bytes;
    }
}
