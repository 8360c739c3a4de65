package io.finemesh.contract.dataset;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.Message;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.json.SinceForm;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.DatasetGrowth;
import java.util.Map;
import java.util.Optional;

/**
 * A data set version exists. Owner: checkpoint-store.
 *
 * @param version the version
 * @param name name without the version
 * @param blob normalised rows, one JSON object a line; of a data set that grows, the list of its parts
 * @param samples rows that can be trained on
 * @param dropped rows left out, by reason
 * @param growth how the data set grew to this version; absent for one that was uploaded whole
 */
public record DatasetCommitted(
        DatasetVersion version,
        String name,
        BlobReference blob,
        long samples,
        Map<String, Long> dropped,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(2)
        Optional<DatasetGrowth> growth)
        implements Message {
    public DatasetCommitted {
        requireNonNull(version, "version is null");
        requireNonNull(name, "name is null");
        requireNonNull(blob, "blob is null");
        dropped = Map.copyOf(dropped);
        growth = growth == null ? Optional.empty() : growth;
    }

    /** A version that was uploaded whole. */
    public DatasetCommitted(
            DatasetVersion version, String name, BlobReference blob, long samples, Map<String, Long> dropped) {
        this(version, name, blob, samples, dropped, Optional.empty());
    }
}
