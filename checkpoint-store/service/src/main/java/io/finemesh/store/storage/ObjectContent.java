package io.finemesh.store.storage;

import static java.util.Objects.requireNonNull;

import io.finemesh.checkpoint.digest.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bytes to be written, which can be read more than once.
 *
 * @param sizeBytes length
 * @param sha256 digest, 64 hexadecimal digits; the storage refuses bytes that do not have it
 * @param source opens the bytes from the start
 */
public record ObjectContent(long sizeBytes, String sha256, Source source) {
    public ObjectContent {
        requireNonNull(sha256, "sha256 is null");
        requireNonNull(source, "source is null");
    }

    /** Opens the bytes from the start. */
    @FunctionalInterface
    public interface Source {
        /** A new stream, closed by who asked for it. */
        InputStream open() throws IOException;
    }

    /** Bytes in memory. */
    public static ObjectContent of(byte[] bytes) {
        return new ObjectContent(bytes.length, Sha256.of(bytes), () -> new ByteArrayInputStream(bytes));
    }

    /** A file whose digest is already known. */
    public static ObjectContent of(Path file, String sha256, long sizeBytes) {
        return new ObjectContent(sizeBytes, sha256, () -> Files.newInputStream(file));
    }
}
