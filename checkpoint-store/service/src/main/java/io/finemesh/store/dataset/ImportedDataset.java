package io.finemesh.store.dataset;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.store.storage.StorageLayout.NumberedKey;
import java.util.List;

/**
 * What an upload of rows came to.
 *
 * @param key where the version lies
 * @param descriptor the version that has the rows now, which may be an older one with the same rows
 * @param droppedExamples the first few dropped rows of this upload: line, reason, what was found
 */
public record ImportedDataset(NumberedKey key, DatasetDescriptor descriptor, List<String> droppedExamples) {
    public ImportedDataset {
        requireNonNull(key, "key is null");
        requireNonNull(descriptor, "descriptor is null");
        droppedExamples = List.copyOf(droppedExamples);
    }
}
