package io.finemesh.store.dataset;

import static java.util.Objects.requireNonNull;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.dataset.DropReason;
import io.finemesh.dataset.DropTally;
import io.finemesh.dataset.Layout;
import io.finemesh.dataset.NormalForm;
import io.finemesh.dataset.Row.Document;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Row.Kept;
import io.finemesh.dataset.RowFormat;
import io.finemesh.dataset.RowReader;
import io.finemesh.dataset.RowSource.Found;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.refusal.Names;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.NumberedObjects.Numbered;
import io.finemesh.store.storage.StorageFullException;
import io.finemesh.store.work.WorkDirectory;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Commits uploaded rows as a version: reads line by line, keeps what can be trained on in the one normalised form the trainer reads,
 * counts the rest by reason, then writes the rows and last the version. Only the newest row is held in memory.
 */
public final class DatasetImport {
    private static final Logger LOG = Logger.getLogger(DatasetImport.class);
    private static final int BUFFER_BYTES = 256 * 1024;

    private final BlobStore blobs;
    private final DatasetVersions versions;
    private final DatasetLimits limits;

    public DatasetImport(BlobStore blobs, DatasetVersions versions, DatasetLimits limits) {
        this.blobs = blobs;
        this.versions = versions;
        this.limits = limits;
    }

    /**
     * Reads rows and commits them.
     *
     * @param format form of the rows; empty to tell it by the first row that shows one
     * @throws RefusalException if not one row can be trained on, or the request is malformed
     */
    public ImportedDataset run(String name, Optional<String> format, InputStream rows) {
        return run(name, format, Layout.STANDARD, Optional.empty(), rows);
    }

    /**
     * The same, told more.
     *
     * @param layout names of columns and tags that are the data's own
     * @param source where the rows come from; kept with the version
     */
    public ImportedDataset run(
            String name, Optional<String> format, Layout layout, Optional<String> source, InputStream rows) {
        Names.require("data set", name);
        Optional<RowFormat> form = format.map(DatasetImport::named);
        if (form.isPresent() && layout.format().isPresent() && !form.equals(layout.format())) {
            throw new RefusalException(
                    Kind.MALFORMED,
                    "the format is " + form.get().wireName() + ", but the layout is one of "
                            + layout.format().get().wireName() + "; leave the format out");
        }
        RowReader reader = new RowReader(form.or(layout::format), layout, limits.longestLineBytes());
        DropTally tally = new DropTally();
        try (WorkDirectory work = WorkDirectory.in(limits.workDirectory(), "rows")) {
            Path file = work.path().resolve("rows.jsonl");
            MessageDigest digest = Sha256.start();
            Normalised written = write(rows, file, digest, reader, tally);
            if (written.samples == 0) {
                throw nothingLeft(name, tally);
            }
            BlobReference blob = blobs.put(file, Sha256.finish(digest), written.bytes);
            // Present because a row was kept, and only a row of a known form is.
            RowFormat found = reader.format().orElseThrow();
            Numbered version = versions.commit(name, found.wireName(), blob, written.samples, tally.counts(), source);
            LOG.infof(
                    "data set %s@%d: %d rows, %d dropped %s%s",
                    name,
                    version.key().number(),
                    written.samples,
                    tally.total(),
                    tally.counts(),
                    tally.examples().isEmpty() ? "" : "; first of them " + tally.examples());
            return new ImportedDataset(version.key(), versions.describe(version), tally.examples());
        }
    }

    private Normalised write(InputStream rows, Path file, MessageDigest digest, RowReader reader, DropTally tally) {
        Path folder = requireNonNull(file.getParent(), "a file in a folder");
        UploadedRows uploaded =
                new UploadedRows(reader, limits.longestLineBytes(), UploadedRows.spool(folder, limits.largestBytes()));
        try (OutputStream out =
                new BufferedOutputStream(new DigestOutputStream(Files.newOutputStream(file), digest), BUFFER_BYTES)) {
            Normalised normalised = new Normalised(out, tally, limits.largestBytes());
            uploaded.read(rows, normalised);
            return normalised;
        } catch (IOException failure) {
            throw StorageFullException.ofLocalDisk(folder, failure);
        }
    }

    /** Rows on their way into the one file that the trainer reads. */
    private static final class Normalised implements UploadedRows.Sink {
        private final OutputStream out;
        private final DropTally tally;
        private final long mostBytes;
        private Optional<String> current = Optional.empty();
        // Blank lines at the end are how editors end files; only one that a row follows is an empty row.
        private long blankLines;
        private long samples;
        private long bytes;

        Normalised(OutputStream out, DropTally tally, long mostBytes) {
            this.out = out;
            this.tally = tally;
            this.mostBytes = mostBytes;
        }

        @Override
        public void take(Optional<String> file, Found found) throws IOException {
            if (!file.equals(current)) {
                current = file;
                blankLines = 0;
            }
            if (found.row().isEmpty()) {
                blankLines++;
                return;
            }
            tally.addBlank(file, found.number() - blankLines, blankLines);
            blankLines = 0;
            switch (found.row().get()) {
                case Dropped dropped -> tally.add(file, found.number(), dropped);
                case Kept kept -> write(NormalForm.line(kept));
                case Document document -> write(NormalForm.line(document));
            }
        }

        private void write(byte[] line) throws IOException {
            bytes += line.length;
            if (bytes > mostBytes) {
                throw new RefusalException(
                        Kind.TOO_LARGE,
                        "the rows have more than " + mostBytes + " bytes; split them over several data sets");
            }
            out.write(line);
            samples++;
        }
    }

    /**
     * The form of this name.
     *
     * @throws RefusalException naming the forms there are
     */
    public static RowFormat named(String name) {
        return RowFormat.named(name)
                .orElseThrow(() -> new RefusalException(
                        Kind.MALFORMED,
                        "the format '" + Names.shown(name)
                                + "' is not known; allowed: " + RowFormat.allowed()
                                + ", or none to tell by the first row"));
    }

    private static RefusalException nothingLeft(String name, DropTally tally) {
        if (tally.total() == 0) {
            return new RefusalException(
                    Kind.NOT_USABLE, "data set " + name + " has no rows; send one JSON object a line");
        }
        String first = tally.examples().getFirst();
        boolean otherShape = first.startsWith("line 1: " + DropReason.NOT_JSON.wireName())
                || first.startsWith("line 1: " + DropReason.WRONG_FIELD.wireName() + ": " + RowReader.NO_OBJECT);
        String hint = otherShape
                ? " (rows are one JSON object a line, a list of JSON objects, or CSV whose first record names the columns)"
                : "";
        return new RefusalException(
                Kind.NOT_USABLE,
                "not one of the " + tally.total() + " rows of data set " + name + " can be used: " + tally.counts()
                        + hint,
                tally.examples());
    }
}
