package io.finemesh.checkpoint.safetensors;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A validated header: tensors are contiguous from offset 0 and end exactly where the file ends.
 *
 * @param tensors in the order of their bytes
 * @param metadata the {@code __metadata__} map, sorted by key; empty when absent
 * @param headerBytes length of the JSON text with its padding, without the 8-byte length field
 * @param fileBytes length of the whole file
 */
public record Header(List<TensorInfo> tensors, Map<String, String> metadata, long headerBytes, long fileBytes) {
    /** The format's own limit on {@code headerBytes}. */
    public static final long MAX_HEADER_BYTES = 100_000_000;

    /** Bytes of the length field at the start of a file. */
    public static final int LENGTH_FIELD_BYTES = 8;

    public Header {
        tensors = List.copyOf(tensors);
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }

    /** Offset of the data section from the start of the file. */
    public long dataOffset() {
        return LENGTH_FIELD_BYTES + headerBytes;
    }

    /** Length of the data section. */
    public long dataBytes() {
        return fileBytes - dataOffset();
    }
}
