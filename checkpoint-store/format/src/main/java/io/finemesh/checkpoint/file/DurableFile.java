package io.finemesh.checkpoint.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes a file in four steps: a sibling temporary file, its content forced to the device, an atomic rename, the directory
 * forced. A failure in the first two leaves the target as it was; nothing ever truncates a file somebody has mapped.
 */
public final class DurableFile {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final AtomicLong SEQUENCE = new AtomicLong();

    private DurableFile() {}

    /** Produces the content of a file. */
    @FunctionalInterface
    public interface Content {
        /** Writes the whole content; the stream is buffered, flushed and closed by the caller. */
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes the target, replacing an existing file of that name. */
    public static void write(Path target, Content content) throws IOException {
        Path temporary = createSibling(target);
        boolean renamed = false;
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
                    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES)) {
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            renamed = true;
            force(target.toAbsolutePath().getParent());
        } finally {
            if (!renamed) {
                Files.deleteIfExists(temporary);
            }
        }
    }

    /** Not {@link Files#createTempFile}, which would make the target readable by its owner only. */
    private static Path createSibling(Path target) throws IOException {
        while (true) {
            Path candidate = sibling(target);
            try {
                return Files.createFile(candidate);
            } catch (FileAlreadyExistsException leftBehind) {
                continue; // by a crashed process that had this process id; not ours to delete
            }
        }
    }

    /** A name beside the target that no other call of this process uses; hidden, and ending in {@code .tmp}. */
    public static Path sibling(Path target) {
        return target.resolveSibling("." + target.getFileName() + "."
                + ProcessHandle.current().pid() + "-" + SEQUENCE.incrementAndGet() + ".tmp");
    }

    /** Forces a directory's entries to the device, where the file system lets a directory be opened (POSIX). */
    public static void force(Path directory) throws IOException {
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
