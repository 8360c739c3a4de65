package io.finemesh.checkpoint.safetensors;

import java.io.IOException;
import java.util.Optional;

/** A file or stream that is not the safetensors it should be. The message is one line for people; the reason is for code. */
public final class SafetensorsException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Everything that can be wrong with a file. */
    public enum Reason {
        /** Fewer than the 8 bytes of the length field. */
        FILE_TOO_SHORT,
        /** The length field, read as unsigned, is above {@link Header#MAX_HEADER_BYTES}. */
        HEADER_TOO_LARGE,
        /** The header would end after the file does. */
        HEADER_PAST_END,
        /** The header is not well-formed UTF-8. */
        HEADER_NOT_UTF8,
        /** The header is not JSON, is nested too deep, or holds a number longer than any valid one. */
        HEADER_NOT_JSON,
        /** The JSON is not an object of tensor entries: wrong type, missing or unknown field. */
        HEADER_STRUCTURE,
        /** More tensors, extents, names or metadata than a reader keeps in memory. */
        TOO_MUCH_TO_KEEP,
        /** A key occurs twice, compared after unescaping. */
        DUPLICATE_KEY,
        /** The dtype is none of the format's. */
        UNKNOWN_DTYPE,
        /** An extent is not a non-negative integer of at most 63 bits, or there are too many extents. */
        INVALID_SHAPE,
        /** An offset is not a non-negative integer of at most 63 bits, or the range is reversed. */
        INVALID_OFFSETS,
        /** The product of extents and element size does not fit in 63 bits. */
        SIZE_OVERFLOW,
        /** Sub-byte elements that do not fill whole bytes. */
        NOT_WHOLE_BYTES,
        /** Shape and dtype need another number of bytes than the offsets span. */
        SIZE_MISMATCH,
        /** A hole before a tensor. */
        HOLE,
        /** Two tensors share bytes. */
        OVERLAP,
        /** The file ends before its last tensor does. */
        DATA_TRUNCATED,
        /** Bytes after the last tensor. */
        TRAILING_BYTES,
        /** A stream delivered another number of bytes than was claimed for it. */
        LENGTH_MISMATCH,
        /** The bytes do not have the digest that was claimed for them. */
        DIGEST_MISMATCH
    }

    private final Reason reason;
    private final String tensorName;

    /**
     * @param reason what kind of defect
     * @param tensorName the tensor concerned, or null when the defect is not of one tensor
     * @param message what was found and what is allowed, on one line
     */
    public SafetensorsException(Reason reason, String tensorName, String message) {
        super(message);
        this.reason = reason;
        this.tensorName = tensorName;
    }

    /** The kind of defect. */
    public Reason reason() {
        return reason;
    }

    /** The tensor concerned, when the defect is of one tensor. */
    public Optional<String> tensorName() {
        return Optional.ofNullable(tensorName);
    }

    /** The same defect with the name of the file in front, for a reader of several files. */
    public SafetensorsException inFile(String fileName) {
        SafetensorsException named = new SafetensorsException(reason, tensorName, fileName + ": " + getMessage());
        named.initCause(this);
        return named;
    }
}
