package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.DatasetVersion;
import java.util.Map;

/**
 * A data set version.
 *
 * @param version the version
 * @param name name without the version
 * @param format form it was uploaded in: alpaca, openai, sharegpt or completion
 * @param blob normalised rows
 * @param samples rows that can be trained on
 * @param dropped rows left out, by reason
 */
public record DatasetDescriptor(
        DatasetVersion version,
        String name,
        String format,
        BlobReference blob,
        long samples,
        Map<String, Long> dropped) {
    public DatasetDescriptor {
        requireNonNull(version, "version is null");
        requireNonNull(name, "name is null");
        requireNonNull(format, "format is null");
        requireNonNull(blob, "blob is null");
        dropped = Map.copyOf(dropped);
    }
}
