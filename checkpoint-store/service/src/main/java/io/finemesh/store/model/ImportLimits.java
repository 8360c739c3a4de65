package io.finemesh.store.model;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * What an import may use.
 *
 * @param workDirectory local directory for unpacked archives; emptied of each import when it ends
 * @param largestArchiveBytes bytes of all members of an uploaded archive
 * @param largestFileBytes bytes of one file that is not weights
 * @param directories directories below which an import by path may read; empty allows any
 */
public record ImportLimits(
        Path workDirectory, long largestArchiveBytes, long largestFileBytes, List<Path> directories) {
    public ImportLimits {
        requireNonNull(workDirectory, "workDirectory is null");
        directories = List.copyOf(directories);
    }
}
