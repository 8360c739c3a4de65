package io.finemesh.store.growth;

import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.DatasetPart;
import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.growth.RowIntake.TakenRow;
import io.finemesh.store.growth.SliceIndex.Entry;
import io.finemesh.store.storage.StorageFullException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What of a request is new to a data set, divided into training and held-out rows. Cutting again, because another writer was faster, leaves objects behind
 * that nobody names and that are the same when they are needed.
 *
 * @param training object of training rows
 * @param samples training rows
 * @param heldOut object of held-out rows
 * @param heldOutSamples held-out rows
 * @param quarantine object of rows that cannot be taken
 * @param quarantined how many of them are new, by reason
 * @param duplicates rows that the data set has, or that the request has twice
 * @param entries where each row went
 * @param statistics of training rows
 */
record SliceCut(
        Optional<BlobReference> training,
        long samples,
        Optional<BlobReference> heldOut,
        long heldOutSamples,
        Optional<BlobReference> quarantine,
        Map<String, Long> quarantined,
        long duplicates,
        List<Entry> entries,
        SliceStatistics statistics) {

    /**
     * Cuts.
     *
     * @param directory for files, which are written anew
     */
    static SliceCut of(RowIntake intake, KnownRows.Known known, BlobStore blobs, Path directory) {
        List<Entry> entries = new ArrayList<>();
        SliceStatistics statistics = new SliceStatistics();
        long duplicates = intake.repeated();
        try (BlobFile training = new BlobFile(directory.resolve("training.jsonl"));
                BlobFile heldOut = new BlobFile(directory.resolve("held-out.jsonl"));
                BlobFile quarantine = new BlobFile(directory.resolve("quarantine.jsonl"));
                InputStream rows = new BufferedInputStream(Files.newInputStream(intake.takenFile()))) {
            for (TakenRow row : intake.rows()) {
                byte[] normalised = rows.readNBytes(row.bytes());
                if (known.contains(row.id())) {
                    duplicates++;
                    continue;
                }
                (row.heldOut() ? heldOut : training).add(normalised);
                entries.add(new Entry(row.heldOut() ? SliceIndex.Part.HELD_OUT : SliceIndex.Part.TRAINING, row.id()));
                if (!row.heldOut()) {
                    statistics.add(row.size());
                }
            }
            Map<String, Long> quarantined = refused(intake, known, quarantine, entries);
            return new SliceCut(
                    training.store(blobs),
                    training.rows(),
                    heldOut.store(blobs),
                    heldOut.rows(),
                    quarantine.store(blobs),
                    quarantined,
                    duplicates,
                    entries,
                    statistics);
        } catch (IOException failure) {
            throw StorageFullException.ofLocalDisk(directory, failure);
        }
    }

    private static Map<String, Long> refused(
            RowIntake intake, KnownRows.Known known, BlobFile quarantine, List<Entry> entries) throws IOException {
        Map<String, Long> quarantined = new TreeMap<>();
        try (BufferedReader lines = Files.newBufferedReader(intake.refusedFile(), StandardCharsets.UTF_8)) {
            for (int index = 0; index < intake.refusedRows().size(); index++) {
                String line = lines.readLine();
                RowId row = intake.refusedRows().get(index);
                if (!known.contains(row)) {
                    quarantine.add((line + '\n').getBytes(StandardCharsets.UTF_8));
                    quarantined.merge(intake.reasons().get(index), 1L, Long::sum);
                    entries.add(new Entry(SliceIndex.Part.QUARANTINED, row));
                }
            }
        }
        return quarantined;
    }

    /** Whether there is anything that the data set did not have. */
    boolean isNews() {
        return !entries.isEmpty();
    }

    /** The slice that a version of this number adds. */
    DatasetSlice slice(int number, BlobStore blobs, String origin) {
        Optional<BlobReference> index =
                entries.isEmpty() ? Optional.empty() : Optional.of(blobs.put(SliceIndex.encode(entries)));
        return new DatasetSlice(
                number,
                training,
                samples,
                heldOut,
                heldOutSamples,
                quarantine,
                quarantined,
                duplicates,
                List.of(),
                index,
                statistics.characters(),
                statistics.estimatedTokens(),
                statistics.lengths(),
                origin);
    }

    /** Parts with the new one at the end. */
    static List<DatasetPart> with(List<DatasetPart> parts, int number, Optional<BlobReference> blob, long rows) {
        List<DatasetPart> longer = new ArrayList<>(parts);
        blob.ifPresent(added -> longer.add(new DatasetPart(number, added, rows)));
        return longer;
    }
}
