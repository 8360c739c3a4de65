package io.finemesh.checkpoint.cache;

import io.finemesh.checkpoint.digest.Sha256;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * An object that an earlier process left.
 *
 * @param digest its name
 * @param sizeBytes its size
 * @param lastUse when it was used last
 */
record Existing(String digest, long sizeBytes, FileTime lastUse) {

    /** All objects under a directory, those used longest ago first. Files with other names are nobody's business here. */
    static List<Existing> in(Path objects) throws IOException {
        List<Existing> found = new ArrayList<>();
        Files.walkFileTree(objects, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = file.getFileName().toString();
                if (Sha256.isDigest(name) && attributes.isRegularFile()) {
                    found.add(new Existing(name, attributes.size(), attributes.lastModifiedTime()));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE; // evicted by another process while we look
            }
        });
        found.sort(Comparator.comparing(Existing::lastUse));
        return found;
    }
}
