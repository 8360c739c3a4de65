package io.finemesh.store.growth;

import io.finemesh.dataset.DropReason;
import io.finemesh.dataset.DropTally;
import io.finemesh.dataset.NormalForm;
import io.finemesh.dataset.Row.Document;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Row.Kept;
import io.finemesh.dataset.RowReader;
import io.finemesh.dataset.RowSource.Found;
import io.finemesh.store.dataset.UploadedRows;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.StorageFullException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rows of one request, read once and kept in local files until they are committed: those that can be trained on in normalised form, and those that
 * cannot with the reason. Rows of the request that repeat each other are one.
 */
final class RowIntake implements AutoCloseable {
    private final BlobFile taken;
    private final BlobFile refused;
    private final List<TakenRow> rows = new ArrayList<>();
    private final List<RowId> refusedRows = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();
    private final RowIdSet seen = new RowIdSet();
    private final DropTally tally = new DropTally();
    private long repeated;

    /**
     * A row that can be trained on.
     *
     * @param id its identity
     * @param bytes length of its normalised form
     * @param heldOut whether it is held out
     * @param size its size
     */
    record TakenRow(RowId id, int bytes, boolean heldOut, SliceStatistics.Size size) {}

    private RowIntake(Path directory) {
        this.taken = new BlobFile(directory.resolve("taken.jsonl"));
        this.refused = new BlobFile(directory.resolve("refused.jsonl"));
    }

    /**
     * Reads a whole request.
     *
     * @param lines whether the request is lines, whatever the first of them looks like
     * @param directory for the files
     * @param heldOut share of questions that is held out
     * @param largestBytes of the rows of one request
     * @throws RefusalException if the request is cut off, is no list of rows, has none or too many
     */
    static RowIntake read(
            InputStream in,
            RowReader reader,
            boolean lines,
            Path directory,
            double heldOut,
            int longestLine,
            long largestBytes) {
        RowIntake intake = new RowIntake(directory);
        boolean whole = false;
        try {
            intake.readAll(in, reader, lines, directory, heldOut, longestLine, largestBytes);
            whole = true;
            return intake;
        } finally {
            if (!whole) {
                intake.close();
            }
        }
    }

    private void readAll(
            InputStream in,
            RowReader reader,
            boolean lines,
            Path directory,
            double heldOut,
            int longestLine,
            long largestBytes) {
        UploadedRows uploaded = new UploadedRows(reader, longestLine, UploadedRows.spool(directory, largestBytes));
        UploadedRows.Sink sink = (file, found) -> {
            add(file, found, heldOut);
            if (taken.bytes() + refused.bytes() > largestBytes) {
                throw new RefusalException(
                        Kind.TOO_LARGE,
                        "the rows have more than " + largestBytes + " bytes; send them in several requests");
            }
        };
        try {
            if (lines) {
                uploaded.readLines(in, sink);
            } else {
                uploaded.read(in, sink);
            }
        } catch (IOException failure) {
            throw StorageFullException.ofLocalDisk(directory, failure);
        }
        taken.close();
        refused.close();
    }

    private void add(Optional<String> file, Found found, double heldOut) {
        if (found.row().isEmpty()) {
            return;
        }
        switch (found.row().get()) {
            case Kept kept -> {
                byte[] normalised = NormalForm.line(kept);
                RowId id = RowId.of(normalised);
                if (!seen.add(id)) {
                    repeated++;
                    return;
                }
                taken.add(normalised);
                rows.add(new TakenRow(
                        id,
                        normalised.length,
                        RowId.holdsOut(kept.turns(), heldOut),
                        SliceStatistics.Size.of(kept.turns())));
            }
            case Document _ ->
                throw new RefusalException(
                        Kind.MALFORMED,
                        "a data set that grows is trained on, and documents are not; upload them whole, as a data set of their own");
            case Dropped dropped -> {
                String text = found.text().orElse("");
                RowId id = RowId.of(
                        ("refused\0" + dropped.reason().wireName() + '\0' + text).getBytes(StandardCharsets.UTF_8));
                tally.add(file, found.number(), dropped);
                if (!seen.add(id)) {
                    return;
                }
                refusedRows.add(id);
                reasons.add(dropped.reason().wireName());
                refused.add(QuarantinedRow.line(
                        found.number(), dropped.reason().wireName(), dropped.detail(), shortened(dropped, text)));
            }
        }
    }

    /** A row that is too long is the one thing that is not kept whole. */
    private static String shortened(Dropped dropped, String text) {
        int most = 1_000;
        return dropped.reason() == DropReason.LINE_TOO_LONG && text.length() > most ? text.substring(0, most) : text;
    }

    boolean isEmpty() {
        return rows.isEmpty() && refusedRows.isEmpty();
    }

    /** Rows that can be trained on, in the order in which they came. */
    List<TakenRow> rows() {
        return rows;
    }

    /** File of their normalised forms, one after the other. */
    Path takenFile() {
        return taken.path();
    }

    /** Ids of the rows that cannot be taken, in the order of {@link #refusedFile}. */
    List<RowId> refusedRows() {
        return refusedRows;
    }

    /** Why each of them cannot. */
    List<String> reasons() {
        return reasons;
    }

    /** File of one JSON object for each of them. */
    Path refusedFile() {
        return refused.path();
    }

    /** Rows that repeat another row of the request. */
    long repeated() {
        return repeated;
    }

    /** The first few rows that cannot be taken, in words. */
    List<String> examples() {
        return tally.examples();
    }

    @Override
    public void close() {
        taken.close();
        refused.close();
    }
}
