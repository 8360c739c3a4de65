package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.store.BlobReference;

/**
 * A data set version, resolved at submission.
 *
 * @param version the immutable version
 * @param blob normalised rows, one JSON object a line
 * @param samples rows that can be trained on
 */
public record ResolvedDataset(DatasetVersion version, BlobReference blob, long samples) {
    public ResolvedDataset {
        requireNonNull(version, "version is null");
        requireNonNull(blob, "blob is null");
    }
}
