package io.finemesh.scheduler.trigger;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.dataset.DatasetCommitted;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.store.DatasetGrowth;
import io.finemesh.contract.store.DatasetSlice;

/**
 * What is known of a data set that grows.
 *
 * @param version newest version
 * @param samples training rows that it has
 * @param heldOutSamples held-out rows that it has
 * @param brought everything that its slices brought, also what was taken away since
 */
public record DatasetFacts(DatasetVersion version, long samples, long heldOutSamples, Mark brought) {
    public DatasetFacts {
        requireNonNull(version, "version is null");
        requireNonNull(brought, "brought is null");
    }

    /** What a new version makes of what was known; the same where it is not news. */
    static DatasetFacts after(DatasetFacts known, DatasetCommitted committed, DatasetGrowth growth) {
        DatasetSlice slice = growth.slice();
        Mark before = known == null ? Mark.NONE : known.brought();
        if (slice.number() <= before.slice()) {
            return known;
        }
        return new DatasetFacts(
                committed.version(),
                committed.samples(),
                growth.heldOutSamples(),
                before.plus(slice.number(), slice.samples(), slice.estimatedTokens(), slice.lengths()));
    }

    /** The version's held-out part. */
    DatasetVersion heldOutVersion() {
        return new DatasetVersion(version.value() + ":held-out");
    }
}
