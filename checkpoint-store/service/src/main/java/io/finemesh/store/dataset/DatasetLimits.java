package io.finemesh.store.dataset;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * What an upload of rows may use.
 *
 * @param workDirectory local directory for the normalised rows of an upload, emptied when it ends
 * @param longestLineBytes longest row that is taken
 * @param largestBytes normalised rows of one data set
 */
public record DatasetLimits(Path workDirectory, int longestLineBytes, long largestBytes) {
    public DatasetLimits {
        requireNonNull(workDirectory, "workDirectory is null");
    }
}
