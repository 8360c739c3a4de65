package io.finemesh.gateway.answer;

import io.finemesh.contract.store.DatasetDescriptor;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An immutable version of a data set.
 *
 * @param name name without the version
 * @param version the version
 * @param format form it was uploaded in
 * @param samples rows that can be trained on
 * @param dropped rows left out, by reason
 * @param sizeBytes bytes of the normalised rows
 * @param digest SHA-256 of the normalised rows
 * @param links where to go on
 */
@Schema(name = "Dataset", description = "An immutable version of a data set")
public record DatasetAnswer(
        String name,
        @Schema(examples = "sums@1") String version,
        String format,
        long samples,
        @Schema(description = "Rows left out, by reason") Map<String, Long> dropped,
        long sizeBytes,
        String digest,
        Links links) {
    /** A data set as users see it. */
    public static DatasetAnswer of(DatasetDescriptor dataset) {
        return new DatasetAnswer(
                dataset.name(),
                dataset.version().value(),
                dataset.format(),
                dataset.samples(),
                dataset.dropped(),
                dataset.blob().sizeBytes(),
                dataset.blob().digest().value(),
                new Links("/v1/datasets/" + dataset.version()));
    }

    /** Where to go on from a data set. */
    @Schema(name = "DatasetLinks", description = "Where to go on from a data set")
    public record Links(String self) {}
}
