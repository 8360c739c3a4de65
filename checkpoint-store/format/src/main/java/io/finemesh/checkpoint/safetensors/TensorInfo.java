package io.finemesh.checkpoint.safetensors;

import java.util.List;

/**
 * Where one tensor lies and how to read it.
 *
 * @param name unique within its file
 * @param dtype element type
 * @param shape extents, slowest first (C order); empty for a scalar
 * @param beginOffset first byte, counted from the start of the data section
 * @param endOffset byte after the last, counted from the start of the data section
 */
public record TensorInfo(String name, Dtype dtype, List<Long> shape, long beginOffset, long endOffset) {
    public TensorInfo {
        shape = List.copyOf(shape);
        if (beginOffset < 0 || endOffset < beginOffset) {
            throw new IllegalArgumentException(
                    "tensor '" + name + "': offsets [" + beginOffset + ", " + endOffset + ") are not a range");
        }
    }

    /** Bytes of the tensor. */
    public long byteCount() {
        return endOffset - beginOffset;
    }

    /** Elements of the tensor; 1 for a scalar, 0 if any extent is 0. */
    public long elementCount() {
        return elementCount(shape);
    }

    /**
     * Elements of a shape, multiplied from the slowest extent.
     *
     * @throws ArithmeticException if the product does not fit in 63 bits
     * @throws IllegalArgumentException if an extent is negative
     */
    public static long elementCount(List<Long> shape) {
        long elements = 1;
        for (long extent : shape) {
            if (extent < 0) {
                throw new IllegalArgumentException("shape " + shape + " has a negative extent");
            }
            elements = Math.multiplyExact(elements, extent);
        }
        return elements;
    }

    /**
     * Bytes that a tensor of this dtype and shape takes.
     *
     * @throws ArithmeticException if the size in bits does not fit in 63 bits
     * @throws IllegalArgumentException if an extent is negative or the size is not a whole number of bytes
     */
    public static long byteCount(Dtype dtype, List<Long> shape) {
        long bits = Math.multiplyExact(elementCount(shape), (long) dtype.bits());
        if (bits % Byte.SIZE != 0) {
            throw new IllegalArgumentException(
                    dtype + " " + shape + " is " + bits + " bits, which is not a whole number of bytes");
        }
        return bits / Byte.SIZE;
    }
}
