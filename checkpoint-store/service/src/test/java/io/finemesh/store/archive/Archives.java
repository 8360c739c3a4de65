package io.finemesh.store.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Archives as others write them, with members that an honest writer would not put in. */
public final class Archives {
    private Archives() {}

    /** Fills an archive. */
    @FunctionalInterface
    public interface Filling {
        void fill(TarArchiveOutputStream tar) throws IOException;
    }

    public static byte[] of(Filling filling) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            filling.fill(tar);
        }
        return out.toByteArray();
    }

    /** Adds a file, its name left as it is. */
    public static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** The files of a directory, each with something before its name. */
    public static byte[] ofDirectory(String prefix, Path directory) throws IOException {
        return of(tar -> {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.sorted().toList()) {
                    put(tar, prefix + file.getFileName(), Files.readAllBytes(file));
                }
            }
        });
    }

    /** Zeros, and no end before the announced one. */
    public static final class Zeros extends InputStream {
        private long left;

        public Zeros(long size) {
            this.left = size;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(length, left);
            Arrays.fill(into, offset, offset + count, (byte) 0);
            left -= count;
            return count;
        }
    }
}
