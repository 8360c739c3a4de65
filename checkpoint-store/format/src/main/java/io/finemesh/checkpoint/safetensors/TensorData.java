package io.finemesh.checkpoint.safetensors;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * One tensor to be written.
 *
 * @param name unique within the file; {@code __metadata__} is reserved by the format
 * @param dtype element type
 * @param shape extents, slowest first (C order); empty for a scalar
 * @param bytes the elements, little endian, C order; not copied, so it must stay unchanged until written
 */
public record TensorData(String name, Dtype dtype, List<Long> shape, MemorySegment bytes) {
    public TensorData {
        shape = List.copyOf(shape);
        long needed = TensorInfo.byteCount(dtype, shape);
        if (bytes.byteSize() != needed) {
            throw new IllegalArgumentException("tensor '" + name + "': " + dtype + " " + shape + " needs " + needed
                    + " bytes, found " + bytes.byteSize());
        }
    }
}
