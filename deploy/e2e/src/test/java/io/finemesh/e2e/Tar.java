package io.finemesh.e2e;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Packs and unpacks the small tars of these tests. */
final class Tar {
    private Tar() {}

    static Path unpack(byte[] tar, Path directory) throws IOException {
        Files.createDirectories(directory);
        try (TarArchiveInputStream entries = new TarArchiveInputStream(new ByteArrayInputStream(tar))) {
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                Files.copy(entries, directory.resolve(entry.getName()));
            }
        }
        return directory;
    }

    static byte[] pack(Path directory) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream entries = new TarArchiveOutputStream(bytes);
                var files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                entries.putArchiveEntry(
                        new TarArchiveEntry(file, file.getFileName().toString()));
                Files.copy(file, entries);
                entries.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }
}
