package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.json.SinceForm;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.DatasetForm;
import java.util.Optional;

/**
 * A data set version, resolved at submission.
 *
 * @param version the immutable version
 * @param blob normalised rows, one JSON object a line, or where they are
 * @param samples rows that can be trained on
 * @param form what the object holds; absent = the rows
 * @param source where whoever uploaded it had it from; absent where nobody said
 */
public record ResolvedDataset(
        DatasetVersion version,
        BlobReference blob,
        long samples,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(2)
        Optional<DatasetForm> form,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(7)
        Optional<String> source) {
    public ResolvedDataset {
        requireNonNull(version, "version is null");
        requireNonNull(blob, "blob is null");
        form = form == null ? Optional.empty() : form;
        source = source == null ? Optional.empty() : source;
    }

    /** A version of which nobody said where it comes from. */
    public ResolvedDataset(DatasetVersion version, BlobReference blob, long samples, Optional<DatasetForm> form) {
        this(version, blob, samples, form, Optional.empty());
    }

    /** A version whose object holds its rows. */
    public ResolvedDataset(DatasetVersion version, BlobReference blob, long samples) {
        this(version, blob, samples, Optional.empty());
    }

    /** Whether the object holds the list of its parts, and not rows. */
    public boolean inParts() {
        return form.orElse(DatasetForm.ROWS) == DatasetForm.PARTS;
    }
}
