package io.finemesh.checkpoint.safetensors;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** Named tensors that can be read: one file, a directory of shards, or a committed checkpoint. */
public interface TensorSource {
    /** Every tensor, in an order that does not change while the source is open. */
    List<TensorInfo> tensors();

    /** The tensor of this name. */
    Optional<TensorInfo> find(String name);

    /**
     * The raw bytes: read-only, little endian, C order, possibly unaligned, valid until the source is closed.
     *
     * @throws IllegalArgumentException if there is no tensor of this name
     */
    MemorySegment bytes(String name);

    /**
     * Description and bytes together, ready for the writer.
     *
     * @throws IllegalArgumentException if there is no tensor of this name
     */
    default TensorData data(String name) {
        TensorInfo info = find(name).orElseThrow(() -> new IllegalArgumentException("no tensor named '" + name + "'"));
        return new TensorData(name, info.dtype(), info.shape(), bytes(name));
    }
}
