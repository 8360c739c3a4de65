package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.DatasetVersion;
import java.util.Map;
import java.util.Optional;

/**
 * A data set version.
 *
 * @param version the version
 * @param name name without the version
 * @param format form it was uploaded in: alpaca, openai, sharegpt, completion or documents
 * @param blob normalised rows; of a data set that grows, the list of its parts
 * @param samples rows that can be trained on
 * @param dropped rows left out, by reason
 * @param growth how the data set grew to this version; absent for one that was uploaded whole
 */
public record DatasetDescriptor(
        DatasetVersion version,
        String name,
        String format,
        BlobReference blob,
        long samples,
        Map<String, Long> dropped,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<DatasetGrowth> growth) {
    public DatasetDescriptor {
        requireNonNull(version, "version is null");
        requireNonNull(name, "name is null");
        requireNonNull(format, "format is null");
        requireNonNull(blob, "blob is null");
        dropped = Map.copyOf(dropped);
        growth = growth == null ? Optional.empty() : growth;
    }

    /** A version that was uploaded whole. */
    public DatasetDescriptor(
            DatasetVersion version,
            String name,
            String format,
            BlobReference blob,
            long samples,
            Map<String, Long> dropped) {
        this(version, name, format, blob, samples, dropped, Optional.empty());
    }
}
