package io.finemesh.store.growth;

import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.store.AppendReceipt;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.DatasetGrowth;
import io.finemesh.contract.store.DatasetPart;
import io.finemesh.contract.store.DatasetParts;
import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.dataset.DatasetLimits;
import io.finemesh.store.growth.DatasetAppend.Appended;
import io.finemesh.store.growth.GrowingVersions.Grown;
import io.finemesh.store.growth.RowLookup.Location;
import io.finemesh.store.growth.SliceIndex.Entry;
import io.finemesh.store.growth.SliceIndex.Part;
import io.finemesh.store.refusal.Names;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.StorageLayout.NumberedKey;
import io.finemesh.store.work.WorkDirectory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import org.jboss.logging.Logger;

/**
 * Takes a row out of a data set: the next version lists the part that had it without it, and keeps the row with the reason. Older versions stay as they are.
 * Asked again, also after a crash at any moment, it finds the row gone and changes nothing.
 */
public final class RowRemoval {
    private static final Logger LOG = Logger.getLogger(RowRemoval.class);
    private static final String REASON = "removed_by_request";

    private final GrowingVersions versions;
    private final RowLookup rows;
    private final BlobStore blobs;
    private final DatasetLimits limits;
    private final NameLocks locks;

    public RowRemoval(
            GrowingVersions versions, RowLookup rows, BlobStore blobs, DatasetLimits limits, NameLocks locks) {
        this.versions = versions;
        this.rows = rows;
        this.blobs = blobs;
        this.limits = limits;
        this.locks = locks;
    }

    /**
     * Takes a row away.
     *
     * @param named the row, as {@link RowLookup} takes it
     * @param reason in the words of who asks
     * @throws RefusalException if there is no such row
     */
    public Appended run(String name, String named, String reason) {
        Names.require("data set", name);
        Lock lock = locks.of(name);
        lock.lock();
        try {
            for (int attempt = 0; attempt < GrowingVersions.ATTEMPTS; attempt++) {
                Grown newest = versions.existing(name);
                Location location = rows.locate(name, named);
                if (location.part() == Part.QUARANTINED) {
                    throw new RefusalException(
                            Kind.CONFLICT, "row " + location.row() + " was never taken; it is in quarantine already");
                }
                if (location.removedIn().isPresent()) {
                    return new Appended(newest.key(), receipt(newest.descriptor(), false));
                }
                int number = newest.key().number() + 1;
                DatasetDescriptor next = without(newest, location, number, reason);
                NumberedKey key = GrowingVersions.keyOf(name, number);
                if (versions.claim(key, next)) {
                    LOG.infof("data set %s: without row %s: %s", next.version(), location.row(), Names.shown(reason));
                    return new Appended(key, receipt(next, true));
                }
            }
            throw GrowingVersions.contested(name);
        } finally {
            lock.unlock();
        }
    }

    private static AppendReceipt receipt(DatasetDescriptor version, boolean grew) {
        Map<String, Long> quarantined = grew ? Map.of(REASON, 1L) : Map.of();
        return new AppendReceipt(version, grew, 0, 0, 0, quarantined, List.of());
    }

    /** What is left of a part, and what was taken from it. */
    private record Rest(List<DatasetPart> parts, byte[] line) {}

    private DatasetDescriptor without(Grown newest, Location location, int number, String reason) {
        boolean heldOut = location.part() == Part.HELD_OUT;
        Rest rest = rest(versions.parts(RowLookup.list(newest, location.part())).parts(), location);
        DatasetGrowth before = newest.growth();
        DatasetDescriptor descriptor = newest.descriptor();
        BlobReference list = versions.put(new DatasetParts(rest.parts()));
        BlobReference quarantine = blobs.put(
                QuarantinedRow.line(1, REASON, reason, new String(rest.line(), StandardCharsets.UTF_8).strip()));
        DatasetSlice slice = new DatasetSlice(
                number,
                Optional.empty(),
                0,
                Optional.empty(),
                0,
                Optional.of(quarantine),
                Map.of(REASON, 1L),
                0,
                List.of(location.row().toString()),
                Optional.of(blobs.put(SliceIndex.encode(List.of(new Entry(Part.REMOVED, location.row()))))),
                0,
                0,
                List.of(),
                "quarantine");
        Map<String, Long> dropped = new TreeMap<>(descriptor.dropped());
        dropped.merge(REASON, 1L, Long::sum);
        return new DatasetDescriptor(
                new DatasetVersion(descriptor.name() + "@" + number),
                descriptor.name(),
                descriptor.format(),
                heldOut ? descriptor.blob() : list,
                descriptor.samples() - (heldOut ? 0 : 1),
                dropped,
                Optional.of(new DatasetGrowth(
                        before.heldOutFraction(),
                        slice,
                        heldOut ? list : before.heldOut(),
                        before.heldOutSamples() - (heldOut ? 1 : 0),
                        before.characters(),
                        before.estimatedTokens(),
                        before.connectors())));
    }

    private Rest rest(List<DatasetPart> parts, Location location) {
        List<DatasetPart> left = new ArrayList<>();
        List<byte[]> taken = new ArrayList<>();
        try (WorkDirectory work = WorkDirectory.in(limits.workDirectory(), "removal")) {
            for (DatasetPart part : parts) {
                if (part.slice() != location.slice()) {
                    left.add(part);
                    continue;
                }
                try (BlobFile file = new BlobFile(work.path().resolve("part.jsonl"))) {
                    RowLookup.lines(blobs, part.blob(), line -> {
                        if (RowId.of(line).equals(location.row())) {
                            taken.add(line);
                        } else {
                            file.add(line);
                        }
                    });
                    file.store(blobs).ifPresent(blob -> left.add(new DatasetPart(part.slice(), blob, file.rows())));
                }
            }
        }
        if (taken.isEmpty()) {
            throw new IllegalStateException("row " + location.row() + " stands in the index of slice "
                    + location.slice() + " and not in its part; the part was damaged or not written by this store");
        }
        return new Rest(left, taken.getFirst());
    }
}
