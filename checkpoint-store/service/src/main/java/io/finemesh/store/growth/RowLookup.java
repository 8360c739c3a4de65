package io.finemesh.store.growth;

import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.DatasetPart;
import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.contract.store.RowPlace;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.blob.BlobStore.OpenBlob;
import io.finemesh.store.growth.GrowingVersions.Grown;
import io.finemesh.store.growth.SliceIndex.Entry;
import io.finemesh.store.growth.SliceIndex.Part;
import io.finemesh.store.refusal.Names;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.StorageUnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Finds a row of a growing data set by its id, by the beginning of its id, or by slice and place such as {@code 3.17}. */
public final class RowLookup {
    private static final String ALLOWED = "the id of a row or at least its first " + RowId.FEWEST_DIGITS
            + " hexadecimal digits, or slice and place such as 3.17";

    private final GrowingVersions versions;
    private final BlobStore blobs;

    public RowLookup(GrowingVersions versions, BlobStore blobs) {
        this.versions = versions;
        this.blobs = blobs;
    }

    /**
     * Where a row is.
     *
     * @param row its id
     * @param part where it went when it came
     * @param slice the slice that brought it
     * @param removedIn the slice that took it away
     * @param place where it stands among the training rows
     */
    record Location(RowId row, Part part, int slice, OptionalInt removedIn, Optional<RowPlace> place) {}

    /**
     * What a row is.
     *
     * @throws RefusalException if there is no such row, or the name fits several
     */
    public RowDescriptor describe(String name, String named) {
        Names.require("data set", name);
        Grown newest = versions.existing(name);
        Location location = locate(name, named);
        return new RowDescriptor(
                location.row().toString(),
                name,
                location.slice(),
                new DatasetVersion(name + "@" + location.slice()),
                location.part().wireName(),
                location.removedIn(),
                location.removedIn().isPresent() ? Optional.empty() : text(newest, location),
                location.place());
    }

    /** Where the row of this name is; the name must fit one row. */
    Location locate(String name, String named) {
        boolean place = named.matches("[1-9][0-9]{0,7}\\.[1-9][0-9]{0,9}");
        boolean digits = named.matches("[0-9a-f]{" + RowId.FEWEST_DIGITS + ",64}");
        if (!place && !digits) {
            throw new RefusalException(
                    Kind.MALFORMED, "'" + Names.shown(named) + "' names no row; allowed: " + ALLOWED);
        }
        List<Location> found = new ArrayList<>();
        List<DatasetSlice> slices = versions.slices(name);
        Map<String, Integer> removals = removals(slices);
        long came = 0;
        List<Integer> taken = new ArrayList<>();
        for (DatasetSlice slice : slices) {
            List<Entry> entries = versions.index(slice);
            for (int index = 0; index < entries.size(); index++) {
                Entry entry = entries.get(index);
                boolean fits = place
                        ? named.equals(slice.number() + "." + (index + 1))
                        : entry.row().startsWith(named);
                Optional<Integer> removedIn = removals.isEmpty()
                        ? Optional.empty()
                        : Optional.ofNullable(removals.get(entry.row().toString()));
                boolean trains = entry.part() == Part.TRAINING;
                if (fits && entry.part() != Part.REMOVED) {
                    found.add(new Location(
                            entry.row(),
                            entry.part(),
                            slice.number(),
                            removedIn.map(OptionalInt::of).orElse(OptionalInt.empty()),
                            trains
                                    ? Optional.of(new RowPlace(
                                            came, taken.stream().sorted().toList()))
                                    : Optional.empty()));
                }
                if (trains) {
                    came++;
                    removedIn.ifPresent(taken::add);
                }
            }
        }
        if (found.isEmpty()) {
            throw new RefusalException(
                    Kind.UNKNOWN, "data set '" + name + "' never had a row " + named + "; allowed: " + ALLOWED);
        }
        if (found.size() > 1) {
            throw new RefusalException(
                    Kind.CONFLICT,
                    found.size() + " rows of data set '" + name + "' begin with " + named + "; give more digits",
                    found.stream().map(each -> each.row().toString()).limit(20).toList());
        }
        return found.getFirst();
    }

    /** Rows that were taken away, with the slice that did it. */
    private static Map<String, Integer> removals(List<DatasetSlice> slices) {
        Map<String, Integer> removals = new HashMap<>();
        slices.forEach(slice -> slice.removed().forEach(row -> removals.putIfAbsent(row, slice.number())));
        return removals;
    }

    private Optional<String> text(Grown newest, Location location) {
        List<String> found = new ArrayList<>();
        for (DatasetPart part : versions.parts(list(newest, location.part())).parts()) {
            if (part.slice() == location.slice() && location.part() != Part.QUARANTINED) {
                lines(blobs, part.blob(), line -> {
                    if (RowId.of(line).equals(location.row())) {
                        found.add(new String(line, StandardCharsets.UTF_8).strip());
                    }
                });
            }
        }
        return found.stream().findFirst();
    }

    /** The list that has the parts of one kind. */
    static BlobReference list(Grown version, Part part) {
        return switch (part) {
            case HELD_OUT -> version.growth().heldOut();
            case TRAINING, QUARANTINED, REMOVED -> version.descriptor().blob();
        };
    }

    /** Every line of an object, with its line feed. */
    static void lines(BlobStore blobs, BlobReference blob, Consumer<byte[]> line) {
        try (OpenBlob open = blobs.open(blob.digest())
                        .orElseThrow(() -> new StorageUnavailableException("the object " + blob.digest()
                                + " is named by a data set and is not in the bucket; restore it from a backup"));
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(open.object().body(), StandardCharsets.UTF_8))) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                line.accept((text + '\n').getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException lost) {
            throw new StorageUnavailableException(
                    "reading " + blob.digest() + " was cut off: " + lost.getMessage(), lost);
        }
    }
}
