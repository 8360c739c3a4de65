package io.finemesh.cli.command;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipEncoding;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;

/** The parts of a data set as one tar archive (POSIX ustar), made while it is sent: a file is open at a time. */
final class PartsArchive {
    private static final int BLOCK = 512;
    private static final int LONGEST_NAME = 90;
    private static final ZipEncoding NAMES = ZipEncodingHelper.getZipEncoding(StandardCharsets.UTF_8.name());

    private PartsArchive() {}

    /** A request body of these files in this order. */
    static BodyPublisher of(List<Path> parts) throws IOException {
        long length = 2 * BLOCK;
        for (Path part : parts) {
            long size = Files.size(part);
            length += BLOCK + size + padding(size);
        }
        return BodyPublishers.fromPublisher(
                BodyPublishers.ofInputStream(() -> new SequenceInputStream(new Pieces(parts))), length);
    }

    private static int padding(long size) {
        return (int) ((BLOCK - size % BLOCK) % BLOCK);
    }

    private static Stream<Supplier<InputStream>> pieces(Path part) {
        try {
            long size = Files.size(part);
            String name = String.valueOf(part.getFileName());
            TarArchiveEntry entry = new TarArchiveEntry(
                    name.length() <= LONGEST_NAME ? name : name.substring(name.length() - LONGEST_NAME));
            entry.setSize(size);
            byte[] header = new byte[BLOCK];
            entry.writeEntryHeader(header, NAMES, true);
            return Stream.of(
                    () -> new ByteArrayInputStream(header),
                    () -> open(part),
                    () -> new ByteArrayInputStream(new byte[padding(size)]));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static InputStream open(Path part) {
        try {
            return Files.newInputStream(part);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Headers, files, what fills their last blocks, and the end mark, each opened when it is its turn. */
    private static final class Pieces implements java.util.Enumeration<InputStream> {
        private final Iterator<Supplier<InputStream>> left;

        Pieces(List<Path> parts) {
            this.left = Stream.concat(
                            parts.stream().flatMap(PartsArchive::pieces),
                            Stream.of(() -> new ByteArrayInputStream(new byte[2 * BLOCK])))
                    .iterator();
        }

        @Override
        public boolean hasMoreElements() {
            return left.hasNext();
        }

        @Override
        public InputStream nextElement() {
            return left.next().get();
        }
    }
}
