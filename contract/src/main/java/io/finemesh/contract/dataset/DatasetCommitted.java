package io.finemesh.contract.dataset;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.store.BlobReference;
import java.util.Map;

/**
 * A data set version exists. Owner: checkpoint-store.
 *
 * @param version the version
 * @param name name without the version
 * @param blob normalised rows, one JSON object a line
 * @param samples rows that can be trained on
 * @param dropped rows left out, by reason
 */
public record DatasetCommitted(
        DatasetVersion version, String name, BlobReference blob, long samples, Map<String, Long> dropped)
        implements Message {
    public DatasetCommitted {
        requireNonNull(version, "version is null");
        requireNonNull(name, "name is null");
        requireNonNull(blob, "blob is null");
        dropped = Map.copyOf(dropped);
    }
}
