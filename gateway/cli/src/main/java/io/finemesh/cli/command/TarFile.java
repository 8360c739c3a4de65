package io.finemesh.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Unpacks a flat tar of files into a new directory; anything but plain files with plain names is refused. */
final class TarFile {
    private TarFile() {}

    static List<Path> unpack(InputStream stream, Path directory) throws IOException {
        Path draft = Files.createTempDirectory(
                Files.createDirectories(directory.toAbsolutePath().getParent()), ".finemesh-export-");
        List<Path> files = new ArrayList<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(stream, StandardCharsets.UTF_8.name())) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String name = entry.getName();
                if (!entry.isFile() || !name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*")) {
                    throw new IOException(
                            "the export holds '" + name + "', which is no plain file; nothing was written");
                }
                Files.copy(tar, draft.resolve(name));
                files.add(directory.resolve(name));
            }
            if (files.isEmpty()) {
                throw new IOException("the export is empty; nothing was written");
            }
            Files.move(draft, directory);
            return files;
        } catch (IOException broken) {
            discard(draft);
            throw broken;
        }
    }

    private static void discard(Path draft) throws IOException {
        try (var files = Files.list(draft)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(draft);
    }
}
