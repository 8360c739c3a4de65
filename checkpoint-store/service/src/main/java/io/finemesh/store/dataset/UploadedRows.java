package io.finemesh.store.dataset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.finemesh.dataset.RowReader;
import io.finemesh.dataset.RowSource;
import io.finemesh.dataset.RowSource.Found;
import io.finemesh.store.archive.TarEntry;
import io.finemesh.store.archive.TarException;
import io.finemesh.store.archive.TarReader;
import io.finemesh.store.refusal.Names;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.StorageFullException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The rows of an upload, file by file: a tar archive has the parts of one data set, in its order, and anything else is one file. Each file may be of a kind that is
 * read by itself; the form of the rows is one for all. One row is in memory at a time, and one Parquet file on disk.
 */
public final class UploadedRows {
    private static final int MOST_FILES = 10_000;
    private static final int MAGIC_AT = 257;
    private static final int HEADER_BYTES = 512;

    private final RowReader reader;
    private final int longest;
    private final RowSource.Spool spool;

    /**
     * Rows that are read so.
     *
     * @param longest bytes of the longest row that is taken
     * @param spool for files that cannot be read as a stream
     */
    public UploadedRows(RowReader reader, int longest, RowSource.Spool spool) {
        this.reader = reader;
        this.longest = longest;
        this.spool = spool;
    }

    /** Takes what is found. */
    @FunctionalInterface
    public interface Sink {
        /** @param file name of the file in the archive; empty where the upload is one file */
        void take(Optional<String> file, Found found) throws IOException;
    }

    /**
     * Gives every row to a sink.
     *
     * @throws RefusalException if the upload is cut off, or of a kind that is not read
     * @throws IOException if the sink fails
     */
    public void read(InputStream upload, Sink sink) throws IOException {
        BufferedInputStream in = new BufferedInputStream(upload, 2 * HEADER_BYTES);
        if (!isArchive(in)) {
            file(Optional.empty(), () -> RowSource.open(in, reader, longest, spool), sink);
            return;
        }
        TarReader archive = new TarReader(in);
        int files = 0;
        for (Optional<TarEntry> entry = next(archive); entry.isPresent(); entry = next(archive)) {
            String name = Names.shown(entry.get().name());
            switch (entry.get().kind()) {
                case DIRECTORY -> {}
                case LINK, SPECIAL ->
                    throw new RefusalException(
                            Kind.MALFORMED,
                            "member '" + name + "' of the archive is no file; pack the files themselves");
                case FILE -> {
                    if (++files > MOST_FILES) {
                        throw new RefusalException(
                                Kind.TOO_LARGE, "the archive has more than " + MOST_FILES + " files");
                    }
                    file(Optional.of(name), () -> RowSource.open(archive.content(), reader, longest, spool), sink);
                }
            }
        }
    }

    /**
     * Gives every line to a sink, whatever the first of them looks like.
     *
     * @throws RefusalException if the lines are cut off
     * @throws IOException if the sink fails
     */
    public void readLines(InputStream lines, Sink sink) throws IOException {
        file(Optional.empty(), () -> RowSource.lines(lines, reader, longest), sink);
    }

    private interface Opening {
        RowSource open() throws IOException;
    }

    /** Rows are text, which has no zero byte; Parquet says what it is first. */
    private static boolean isArchive(BufferedInputStream in) {
        try {
            in.mark(HEADER_BYTES);
            byte[] head = in.readNBytes(HEADER_BYTES);
            in.reset();
            String text = new String(head, ISO_8859_1);
            return !text.startsWith("PAR1")
                    && (text.startsWith("ustar\0", MAGIC_AT) || text.startsWith("ustar  \0", MAGIC_AT));
        } catch (IOException lost) {
            throw cutOff(lost);
        }
    }

    private static Optional<TarEntry> next(TarReader archive) {
        try {
            return archive.next();
        } catch (TarException malformed) {
            throw new RefusalException(
                    Kind.MALFORMED, "the upload is not a usable tar archive: " + malformed.getMessage());
        } catch (IOException lost) {
            throw cutOff(lost);
        }
    }

    private void file(Optional<String> name, Opening opening, Sink sink) throws IOException {
        try (RowSource source = open(name, opening)) {
            for (Optional<Found> found = next(name, source); found.isPresent(); found = next(name, source)) {
                sink.take(name, found.get());
            }
        } finally {
            Files.deleteIfExists(spool.file());
        }
    }

    private RowSource open(Optional<String> name, Opening opening) {
        try {
            return opening.open();
        } catch (RowSource.UnreadableFile kind) {
            throw unreadable(name, kind);
        } catch (IOException lost) {
            if (StorageFullException.saysFull(lost.getMessage())) {
                throw StorageFullException.ofLocalDisk(spool.file().getParent(), lost);
            }
            throw cutOff(lost);
        }
    }

    private static Optional<Found> next(Optional<String> name, RowSource source) {
        try {
            return source.next();
        } catch (RowSource.UnreadableFile kind) {
            throw unreadable(name, kind);
        } catch (IOException lost) {
            throw cutOff(lost);
        }
    }

    private static RefusalException unreadable(Optional<String> name, IOException kind) {
        return new RefusalException(
                Kind.NOT_USABLE, name.map(file -> file + ": ").orElse("") + kind.getMessage());
    }

    private static RefusalException cutOff(IOException lost) {
        return new RefusalException(Kind.MALFORMED, "the upload was cut off: " + lost.getMessage());
    }

    /** A spool in a folder that is emptied when the upload ends. */
    public static RowSource.Spool spool(Path folder, long mostBytes) {
        return new RowSource.Spool(folder.resolve("rows.parquet"), mostBytes);
    }
}
