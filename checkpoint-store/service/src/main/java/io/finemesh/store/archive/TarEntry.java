package io.finemesh.store.archive;

import static java.util.Objects.requireNonNull;

/**
 * One member of an archive.
 *
 * @param name as the archive spells it; may be anything a stranger wrote
 * @param kind what it is
 * @param sizeBytes length of its content
 */
public record TarEntry(String name, Kind kind, long sizeBytes) {
    public TarEntry {
        requireNonNull(name, "name is null");
        requireNonNull(kind, "kind is null");
    }

    /** What a member is. */
    public enum Kind {
        /** A regular file. */
        FILE,
        /** A directory. */
        DIRECTORY,
        /** A hard or symbolic link. */
        LINK,
        /** A device, a pipe, a sparse file or something newer. */
        SPECIAL
    }
}
