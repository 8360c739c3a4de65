package io.finemesh.contract.store;

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

    /** Rows of all parts. */
    public long samples() {
        return parts.stream().mapToLong(DatasetPart::samples).sum();
    }
}
