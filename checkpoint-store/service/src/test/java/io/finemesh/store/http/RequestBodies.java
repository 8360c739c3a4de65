package io.finemesh.store.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Bodies that tests send: tars of a model or of anything, and zeros without end. */
final class RequestBodies {
    private RequestBodies() {}

    @FunctionalInterface
    interface Archive {
        void fill(TarArchiveOutputStream tar) throws IOException;
    }

    static byte[] archive(Archive archive) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            archive.fill(tar);
        }
        return out.toByteArray();
    }

    static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    static byte[] tar(Path model) throws IOException {
        return archive(tar -> {
            try (Stream<Path> files = Files.list(model)) {
                for (Path file : files.sorted().toList()) {
                    put(tar, file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
        });
    }

    static final class Zeros extends InputStream {
        private long left;

        Zeros(long size) {
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
            java.util.Arrays.fill(into, offset, offset + count, (byte) 0);
            left -= count;
            return count;
        }
    }
}
