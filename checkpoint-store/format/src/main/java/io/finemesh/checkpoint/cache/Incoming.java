package io.finemesh.checkpoint.cache;

import io.finemesh.checkpoint.cache.BlobCacheException.Reason;
import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.file.DurableFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.UUID;

/**
 * Where objects grow until they are complete: {@code <process id>-<random>.part} in a directory on the same file system as the
 * cache, so that a rename moves them. What a process that is gone left here is removed at the next start.
 */
final class Incoming {
    private static final int CHUNK_BYTES = 256 * 1024;
    private static final String SUFFIX = ".part";

    private final Path directory;

    Incoming(Path directory) {
        this.directory = directory;
    }

    /** Creates the directory and removes what processes that are gone left in it. */
    void clean() throws IOException {
        Files.createDirectories(directory);
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path part : parts) {
                if (!ownerLives(part)) {
                    Files.deleteIfExists(part);
                }
            }
        }
    }

    /** A new empty file. */
    Arrival begin() throws IOException {
        Path part = directory.resolve(ProcessHandle.current().pid() + "-" + UUID.randomUUID() + SUFFIX);
        try {
            return new Arrival(part, FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        } catch (IOException failed) {
            throw orDiskFull("an object", failed);
        }
    }

    /** Process ids come again, in containers at every start: the owner must also be older than the file. */
    private static boolean ownerLives(Path part) throws IOException {
        String name = part.getFileName().toString();
        try {
            Instant written = Files.getLastModifiedTime(part).toInstant();
            long processId = Long.parseLong(name.substring(0, Math.max(0, name.indexOf('-'))));
            return ProcessHandle.of(processId)
                    .flatMap(owner -> owner.info().startInstant())
                    .filter(start -> !start.isAfter(written))
                    .isPresent();
        } catch (NumberFormatException notOurs) {
            return false;
        } catch (NoSuchFileException finished) {
            return true;
        }
    }

    /** Java has no type for a full disk; the operating system's words are all there is. */
    private static IOException orDiskFull(String what, IOException failed) {
        String message = String.valueOf(failed.getMessage());
        if (message.contains("No space left") || message.contains("Disk quota exceeded")) {
            return new BlobCacheException(
                    Reason.DISK_FULL, what, "the disk has no space left for " + what + ": " + message, failed);
        }
        return failed;
    }

    /** One object on its way. Closing it removes what was not moved into place. */
    static final class Arrival implements AutoCloseable {
        private final Path part;
        private final FileChannel channel;
        private boolean moved;

        private Arrival(Path part, FileChannel channel) {
            this.part = part;
            this.channel = channel;
        }

        /** Copies a source to the file and compares length and digest. */
        void copy(String digest, long sizeBytes, BlobCache.Source source) throws IOException {
            MessageDigest actual = Sha256.start();
            long length = 0;
            byte[] chunk = new byte[CHUNK_BYTES];
            OutputStream out = Channels.newOutputStream(channel);
            try (Origin origin = Origin.open(digest, source)) {
                // One byte more than announced is asked for, so that a longer source is noticed and an endless one is
                // not read.
                for (int read; length <= sizeBytes; length += read) {
                    read = origin.read(chunk, (int) Math.min(chunk.length, sizeBytes - length + 1));
                    if (read < 0) {
                        break;
                    }
                    actual.update(chunk, 0, read);
                    write(out, chunk, read, digest);
                }
            }
            requireLength(digest, sizeBytes, length);
            String found = Sha256.finish(actual);
            if (!found.equals(digest)) {
                throw new BlobCacheException(
                        Reason.WRONG_DIGEST,
                        digest,
                        "object " + digest + " arrived with " + length + " bytes as announced, but their SHA-256 is "
                                + found,
                        null);
            }
            force(digest);
        }

        /** Lets somebody write the file. Returns its digest. */
        String write(long sizeBytes, DurableFile.Content content) throws IOException {
            String what = "an object made here";
            MessageDigest digest = Sha256.start();
            OutputStream out = new DigestOutputStream(
                    new BufferedOutputStream(Channels.newOutputStream(channel), CHUNK_BYTES), digest);
            try {
                content.writeTo(out);
                out.flush();
            } catch (IOException failed) {
                throw orDiskFull(what, failed);
            }
            requireLength(what, sizeBytes, channel.size());
            force(what);
            return Sha256.finish(digest);
        }

        void moveTo(Path target) throws IOException {
            Files.createDirectories(target.getParent());
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            moved = true;
        }

        @Override
        public void close() throws IOException {
            channel.close();
            if (!moved) {
                Files.deleteIfExists(part);
            }
        }

        private void force(String what) throws IOException {
            try {
                channel.force(true);
            } catch (IOException failed) {
                throw orDiskFull(what, failed);
            }
        }

        private static void write(OutputStream out, byte[] chunk, int count, String digest) throws IOException {
            try {
                out.write(chunk, 0, count);
            } catch (IOException failed) {
                throw orDiskFull(digest, failed);
            }
        }

        private static void requireLength(String what, long expected, long found) throws BlobCacheException {
            if (found != expected) {
                throw new BlobCacheException(
                        Reason.WRONG_LENGTH,
                        what,
                        "object " + what + " has " + (found > expected ? "more than " + expected : Long.toString(found))
                                + " bytes, announced were " + expected,
                        null);
            }
        }
    }

    /** A source's stream whose failures are told from those of the local disk. */
    private static final class Origin implements AutoCloseable {
        private final String digest;
        private final InputStream stream;

        private Origin(String digest, InputStream stream) {
            this.digest = digest;
            this.stream = stream;
        }

        static Origin open(String digest, BlobCache.Source source) throws BlobCacheException {
            try {
                return new Origin(digest, source.open());
            } catch (IOException failed) {
                throw sourceFailed(digest, failed);
            }
        }

        int read(byte[] chunk, int count) throws BlobCacheException {
            try {
                return stream.read(chunk, 0, count);
            } catch (IOException failed) {
                throw sourceFailed(digest, failed);
            }
        }

        @Override
        public void close() throws BlobCacheException {
            try {
                stream.close();
            } catch (IOException failed) {
                throw sourceFailed(digest, failed);
            }
        }

        private static BlobCacheException sourceFailed(String digest, IOException failed) {
            return new BlobCacheException(
                    Reason.SOURCE_FAILED,
                    digest,
                    "object " + digest + " could not be read from its source: " + failed,
                    failed);
        }
    }
}
