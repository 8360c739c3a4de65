package io.finemesh.plan.memory;

import java.util.List;

/** What turns a gradient, projected or not, into an update, as far as memory goes. */
public enum InnerOptimizer {
    /** Two fp32 moments per number. */
    ADAMW("AdamW"),
    /** Two moments of a byte per number and an fp32 scale per 256 of them; tensors below {@value #LEAST_QUANTIZED} numbers keep fp32 moments. */
    ADAMW_8BIT("8-bit AdamW"),
    /** One fp32 number per row and per column of a matrix (arXiv 1804.04235, without first moment); one per number of a vector. */
    ADAFACTOR("Adafactor");

    /** Fewest numbers of a tensor whose moments are quantized, as in bitsandbytes. */
    public static final int LEAST_QUANTIZED = 4096;

    private static final int QUANTIZATION_BLOCK = 256;

    private final String words;

    InnerOptimizer(String words) {
        this.words = words;
    }

    /** As people call it. */
    public String words() {
        return words;
    }

    /** Bytes of the state of a tensor of this shape. */
    long stateBytes(List<Long> shape) {
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        int fp32 = FloatFormat.FP32.bytes();
        return switch (this) {
            case ADAMW -> 2 * fp32 * elements;
            case ADAMW_8BIT ->
                elements < LEAST_QUANTIZED
                        ? 2 * fp32 * elements
                        : 2 * (elements + fp32 * Math.ceilDiv(elements, QUANTIZATION_BLOCK));
            case ADAFACTOR -> shape.size() < 2 ? fp32 * elements : fp32 * (shape.get(0) + shape.get(1));
        };
    }
}
