package io.finemesh.store.work;

import io.finemesh.store.storage.StorageFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** A local directory that exists for one piece of work and is removed with everything in it. */
public final class WorkDirectory implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(WorkDirectory.class);

    private final Path path;

    private WorkDirectory(Path path) {
        this.path = path;
    }

    /**
     * Makes one.
     *
     * @throws io.finemesh.store.storage.StorageException if the disk does not let it
     */
    public static WorkDirectory in(Path parent, String purpose) {
        try {
            Files.createDirectories(parent);
            return new WorkDirectory(Files.createTempDirectory(parent, purpose + "-"));
        } catch (IOException failure) {
            throw StorageFullException.ofLocalDisk(parent, failure);
        }
    }

    /** Removes what a process that was killed left behind; called before any work begins. */
    public static void clear(Path parent) throws IOException {
        if (Files.isDirectory(parent)) {
            deleteContent(parent);
        }
    }

    /** The directory. */
    public Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            deleteContent(path);
            Files.deleteIfExists(path);
        } catch (IOException left) {
            // Removed at the next start; the work itself is done and its result must not be lost to this.
            LOG.warnf("could not remove %s: %s", path, left.getMessage());
        }
    }

    private static void deleteContent(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
                if (!entry.equals(directory)) {
                    Files.deleteIfExists(entry);
                }
            }
        }
    }
}
