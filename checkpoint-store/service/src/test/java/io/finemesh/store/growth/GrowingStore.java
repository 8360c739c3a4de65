package io.finemesh.store.growth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.contract.store.AppendReceipt;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.DatasetPart;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.dataset.DatasetImport;
import io.finemesh.store.dataset.DatasetLimits;
import io.finemesh.store.dataset.DatasetVersions;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.NumberedObjects;
import io.finemesh.store.storage.StorageLayout;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** One process of the store over a storage: everything that writes and reads growing data sets. */
final class GrowingStore {
    private static final int LONGEST = 2_000;

    final MemoryStorage storage;
    final DatasetVersions versions;
    final GrowingVersions growing;
    final DatasetAppend appends;
    final DatasetImport imports;
    final RowLookup lookup;
    final RowRemoval removals;
    final Quarantine quarantine;

    GrowingStore(MemoryStorage storage, Path directory) {
        this.storage = storage;
        NumberedObjects objects = new NumberedObjects(storage);
        BlobStore blobs = new BlobStore(storage, Duration.ofHours(1));
        DatasetLimits limits = new DatasetLimits(directory, LONGEST, 1 << 20);
        NameLocks locks = new NameLocks();
        this.versions = new DatasetVersions(objects);
        this.growing = new GrowingVersions(objects, versions, blobs);
        this.appends = new DatasetAppend(growing, blobs, limits, locks);
        this.imports = new DatasetImport(blobs, versions, limits);
        this.lookup = new RowLookup(growing, blobs);
        this.removals = new RowRemoval(growing, lookup, blobs, limits, locks);
        this.quarantine = new Quarantine(growing, blobs);
    }

    AppendReceipt append(String name, OptionalDouble heldOut, String rows) {
        return append(name, Optional.empty(), heldOut, rows);
    }

    AppendReceipt append(String name, Optional<String> format, OptionalDouble heldOut, String rows) {
        return append(name, format, heldOut, rows.getBytes(UTF_8));
    }

    private AppendReceipt append(String name, Optional<String> format, OptionalDouble heldOut, byte[] rows) {
        return appends.run(
                        new DatasetAppend.Request(name, format, heldOut, "request", Optional.empty()),
                        new ByteArrayInputStream(rows))
                .receipt();
    }

    AppendReceipt append(String name, byte[] rows) {
        return append(name, Optional.empty(), OptionalDouble.empty(), rows);
    }

    AppendReceipt append(String name, String rows) {
        return append(name, OptionalDouble.empty(), rows);
    }

    List<String> training(String version) {
        return rows(versions.resolve(version).blob());
    }

    List<String> heldOut(String version) {
        return rows(versions.resolve(version).growth().orElseThrow().heldOut());
    }

    private List<String> rows(BlobReference list) {
        List<String> rows = new ArrayList<>();
        for (DatasetPart part : growing.parts(list).parts()) {
            List<String> lines = new String(
                            storage.objects().get(StorageLayout.blob(part.blob().digest())), UTF_8)
                    .lines()
                    .toList();
            if (lines.size() != part.samples()) {
                throw new AssertionError(
                        "slice " + part.slice() + " says " + part.samples() + " rows and has " + lines);
            }
            rows.addAll(lines);
        }
        return rows;
    }

    DatasetDescriptor newest(String name) {
        return versions.resolve(name);
    }

    static String alpaca(String instruction, String output) {
        return "{\"instruction\":\"" + instruction + "\",\"output\":\"" + output + "\"}";
    }
}
