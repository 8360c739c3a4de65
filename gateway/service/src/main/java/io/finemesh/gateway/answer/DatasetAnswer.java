package io.finemesh.gateway.answer;

import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.DatasetGrowth;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * @param growth how it grew to this version; absent for one that was uploaded whole
 * @param source where whoever uploaded it had it from; absent where nobody said
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
        Optional<Growth> growth,
        Optional<String> source,
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
                dataset.growth().map(Growth::of),
                dataset.source(),
                new Links("/v1/datasets/" + dataset.version()));
    }

    /**
     * How a data set grew to a version.
     *
     * @param slice the slice that this version added, by its number
     * @param samples training rows of the slice
     * @param heldOut rows of all slices that are held out
     * @param heldOutFraction share of questions that is held out
     * @param estimatedTokens tokens of all training rows, estimated at four UTF-8 bytes each
     * @param origin what the slice came from
     * @param removed ids of rows that this version no longer has
     */
    @Schema(name = "DatasetGrowth", description = "How a data set grew to a version")
    public record Growth(
            int slice,
            long samples,
            long heldOut,
            double heldOutFraction,
            long estimatedTokens,
            String origin,
            List<String> removed) {
        static Growth of(DatasetGrowth growth) {
            return new Growth(
                    growth.slice().number(),
                    growth.slice().samples(),
                    growth.heldOutSamples(),
                    growth.heldOutFraction(),
                    growth.estimatedTokens(),
                    growth.slice().origin(),
                    growth.slice().removed());
        }
    }

    /** Where to go on from a data set. */
    @Schema(name = "DatasetLinks", description = "Where to go on from a data set")
    public record Links(String self) {}
}
