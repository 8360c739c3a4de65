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
 * @param source where whoever uploaded it had it from, such as a hub's commit and file; absent where nobody said
 */
public record DatasetDescriptor(
        DatasetVersion version,
        String name,
        String format,
        BlobReference blob,
        long samples,
        Map<String, Long> dropped,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<DatasetGrowth> growth,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<String> source) {
    public DatasetDescriptor {
        requireNonNull(version, "version is null");
        requireNonNull(name, "name is null");
        requireNonNull(format, "format is null");
        requireNonNull(blob, "blob is null");
        dropped = Map.copyOf(dropped);
        growth = growth == null ? Optional.empty() : growth;
        source = source == null ? Optional.empty() : source;
    }

    /** A version of which nobody said where it comes from. */
    public DatasetDescriptor(
            DatasetVersion version,
            String name,
            String format,
            BlobReference blob,
            long samples,
            Map<String, Long> dropped,
            Optional<DatasetGrowth> growth) {
        this(version, name, format, blob, samples, dropped, growth, Optional.empty());
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
