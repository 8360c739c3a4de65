package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * What became of rows that were sent to a growing data set. The same rows sent again are all duplicates and make no new version.
 *
 * @param dataset the version that has the rows now
 * @param grew whether these rows made a new version
 * @param samples rows taken for training
 * @param heldOutSamples rows taken and held out
 * @param duplicates rows whose content the data set had already
 * @param quarantined rows that could not be taken, by reason; kept with their reasons
 * @param quarantinedExamples the first few of them in words
 */
public record AppendReceipt(
        DatasetDescriptor dataset,
        boolean grew,
        long samples,
        long heldOutSamples,
        long duplicates,
        Map<String, Long> quarantined,
        List<String> quarantinedExamples) {
    public AppendReceipt {
        requireNonNull(dataset, "dataset is null");
        quarantined = Map.copyOf(quarantined);
        quarantinedExamples = List.copyOf(quarantinedExamples);
    }
}
