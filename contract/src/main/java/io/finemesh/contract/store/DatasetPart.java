package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

/**
 * One object of rows.
 *
 * @param slice slice it belongs to
 * @param blob normalised rows, one JSON object a line
 * @param samples its rows
 */
public record DatasetPart(int slice, BlobReference blob, long samples) {
    public DatasetPart {
        requireNonNull(blob, "blob is null");
    }
}
