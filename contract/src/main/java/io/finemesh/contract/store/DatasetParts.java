package io.finemesh.contract.store;

import io.finemesh.contract.json.WireMapper;
import java.io.IOException;
import java.util.List;

/**
 * The object of a data set version of form {@link DatasetForm#PARTS}, as JSON: which objects hold its rows. Its digest follows from theirs, so that equal
 * digests mean equal rows.
 *
 * @param parts in order
 */
public record DatasetParts(List<DatasetPart> parts) {
    public DatasetParts {
        parts = List.copyOf(parts);
    }

    /**
     * Reads the object of a version.
     *
     * @throws IOException if it is not a list of parts; the message says what was found
     */
    public static DatasetParts parse(byte[] json) throws IOException {
        try {
            return WireMapper.create().readValue(json, DatasetParts.class);
        } catch (NullPointerException missing) {
            throw new IOException("it names no parts: " + missing.getMessage(), missing);
        }
    }

    /** Rows of all parts. */
    public long samples() {
        return parts.stream().mapToLong(DatasetPart::samples).sum();
    }
}
