package io.finemesh.plan.memory;

/** A number format, as far as memory goes. */
public enum FloatFormat {
    /** 32-bit IEEE 754. */
    FP32(4),
    /** The upper half of FP32. */
    BF16(2);

    private final int bytes;

    FloatFormat(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one number. */
    public int bytes() {
        return bytes;
    }
}
