package io.finemesh.store.growth;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.store.AppendReceipt;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.ConnectorPosition;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.DatasetGrowth;
import io.finemesh.contract.store.DatasetPart;
import io.finemesh.contract.store.DatasetParts;
import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.dataset.RowFormat;
import io.finemesh.dataset.RowReader;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.dataset.DatasetImport;
import io.finemesh.store.dataset.DatasetLimits;
import io.finemesh.store.growth.GrowingVersions.Grown;
import io.finemesh.store.refusal.Names;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.StorageLayout.NumberedKey;
import io.finemesh.store.work.WorkDirectory;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import org.jboss.logging.Logger;

/**
 * Adds rows to a data set as its next version.
 *
 * <ol>
 *   <li>The request is read whole into local files; a crash leaves nothing, and the sender sends it again.
 *   <li>Rows the data set has are left out, and the rest is written as objects. A crash leaves objects that nobody names.
 *   <li>The version is written under the next number, unless another writer took it: then the rows are compared again with what that one brought.
 *   <li>Sent again after a crash, the rows are all duplicates: there is no second version, and no row is lost or counted twice.
 * </ol>
 */
public final class DatasetAppend {
    private static final Logger LOG = Logger.getLogger(DatasetAppend.class);

    private final GrowingVersions versions;
    private final BlobStore blobs;
    private final DatasetLimits limits;
    private final KnownRows known;
    private final NameLocks locks;

    public DatasetAppend(GrowingVersions versions, BlobStore blobs, DatasetLimits limits, NameLocks locks) {
        this.versions = versions;
        this.blobs = blobs;
        this.limits = limits;
        this.known = new KnownRows(versions);
        this.locks = locks;
    }

    /**
     * What is asked for.
     *
     * @param name the data set
     * @param format form of the rows; empty to tell it by the first row that shows one
     * @param heldOut share of questions that is held out; fixed by whoever creates the data set, {@link #HELD_OUT} if left out there
     * @param origin what the rows come from, as in {@link DatasetSlice#origin}
     * @param position how far a connector has been read with these rows, which are lines then: a record of a topic makes no other kind of file of those behind it
     */
    public record Request(
            String name,
            Optional<String> format,
            OptionalDouble heldOut,
            String origin,
            Optional<ConnectorPosition> position) {
        public Request {
            requireNonNull(format, "format is null");
            requireNonNull(heldOut, "heldOut is null");
            requireNonNull(origin, "origin is null");
            requireNonNull(position, "position is null");
        }
    }

    /** Share of questions that is held out where nobody says another. */
    public static final double HELD_OUT = 0.1;

    /**
     * What a request came to.
     *
     * @param key where the version lies
     * @param receipt what the sender is told
     */
    public record Appended(NumberedKey key, AppendReceipt receipt) {}

    /**
     * Adds rows.
     *
     * @throws RefusalException if the request is malformed, has no rows, or contradicts how the data set was created
     */
    public Appended run(Request request, InputStream rows) {
        Names.require("data set", request.name());
        requireFraction(request.heldOut());
        double fraction = fraction(request, versions.newest(request.name()));
        RowReader reader = new RowReader(request.format().map(DatasetImport::named), limits.longestLineBytes());
        try (WorkDirectory work = WorkDirectory.in(limits.workDirectory(), "records");
                RowIntake intake = RowIntake.read(
                        rows,
                        reader,
                        request.position().isPresent(),
                        work.path(),
                        fraction,
                        limits.longestLineBytes(),
                        limits.largestBytes())) {
            if (intake.isEmpty()) {
                throw new RefusalException(
                        Kind.NOT_USABLE, "there are no rows; send one JSON object a line, or a list of JSON objects");
            }
            Lock lock = locks.of(request.name());
            lock.lock();
            try {
                return commit(request, intake, fraction, work);
            } finally {
                lock.unlock();
            }
        }
    }

    private Appended commit(Request request, RowIntake intake, double fraction, WorkDirectory work) {
        String name = request.name();
        for (int attempt = 0; attempt < GrowingVersions.ATTEMPTS; attempt++) {
            Optional<Grown> newest = versions.newest(name);
            fraction(request, newest);
            if (newest.isPresent() && newest.get().growth().heldOutFraction() != fraction) {
                throw otherFraction(name, newest.get(), fraction);
            }
            SliceCut cut = SliceCut.of(intake, known.of(name), blobs, work.path());
            if (!cut.isNews() && newest.isPresent()) {
                return new Appended(newest.get().key(), receipt(newest.get().descriptor(), cut, intake, false));
            }
            int number = newest.map(version -> version.key().number()).orElse(0) + 1;
            DatasetDescriptor next = next(request, newest, cut, number, fraction);
            NumberedKey key = GrowingVersions.keyOf(name, number);
            if (versions.claim(key, next)) {
                LOG.infof(
                        "data set %s: %d training and %d held-out rows, %d duplicates, quarantined %s",
                        next.version(), cut.samples(), cut.heldOutSamples(), cut.duplicates(), cut.quarantined());
                return new Appended(key, receipt(next, cut, intake, true));
            }
        }
        throw GrowingVersions.contested(name);
    }

    private DatasetDescriptor next(Request request, Optional<Grown> newest, SliceCut cut, int number, double fraction) {
        DatasetSlice slice = cut.slice(number, blobs, request.origin());
        List<DatasetPart> training = newest.map(
                        version -> versions.parts(version.descriptor().blob()).parts())
                .orElse(List.of());
        List<DatasetPart> heldOut = newest.map(
                        version -> versions.parts(version.growth().heldOut()).parts())
                .orElse(List.of());
        BlobReference trainingList =
                versions.put(new DatasetParts(SliceCut.with(training, number, cut.training(), cut.samples())));
        BlobReference heldOutList =
                versions.put(new DatasetParts(SliceCut.with(heldOut, number, cut.heldOut(), cut.heldOutSamples())));
        Map<String, Long> dropped = new TreeMap<>(
                newest.map(version -> version.descriptor().dropped()).orElse(Map.of()));
        cut.quarantined().forEach((reason, count) -> dropped.merge(reason, count, Long::sum));
        Optional<DatasetGrowth> before = newest.map(Grown::growth);
        return new DatasetDescriptor(
                new DatasetVersion(request.name() + "@" + number),
                request.name(),
                RowFormat.OPENAI.wireName(),
                trainingList,
                newest.map(version -> version.descriptor().samples()).orElse(0L) + cut.samples(),
                dropped,
                Optional.of(new DatasetGrowth(
                        fraction,
                        slice,
                        heldOutList,
                        before.map(DatasetGrowth::heldOutSamples).orElse(0L) + cut.heldOutSamples(),
                        before.map(DatasetGrowth::characters).orElse(0L) + slice.characters(),
                        before.map(DatasetGrowth::estimatedTokens).orElse(0L) + slice.estimatedTokens(),
                        positions(before.map(DatasetGrowth::connectors).orElse(List.of()), request.position()))));
    }

    private static List<ConnectorPosition> positions(
            List<ConnectorPosition> before, Optional<ConnectorPosition> moved) {
        if (moved.isEmpty()) {
            return before;
        }
        List<ConnectorPosition> after = new ArrayList<>(before.stream()
                .filter(position -> !position.connector().equals(moved.get().connector()))
                .toList());
        after.add(moved.get());
        return after;
    }

    private static AppendReceipt receipt(DatasetDescriptor version, SliceCut cut, RowIntake intake, boolean grew) {
        return new AppendReceipt(
                version,
                grew,
                cut.samples(),
                cut.heldOutSamples(),
                cut.duplicates(),
                cut.quarantined(),
                intake.examples());
    }

    private static double fraction(Request request, Optional<Grown> newest) {
        if (newest.isEmpty()) {
            return request.heldOut().orElse(HELD_OUT);
        }
        double fixed = newest.get().growth().heldOutFraction();
        if (request.heldOut().isPresent() && request.heldOut().getAsDouble() != fixed) {
            throw otherFraction(request.name(), newest.get(), request.heldOut().getAsDouble());
        }
        return fixed;
    }

    private static RefusalException otherFraction(String name, Grown newest, double asked) {
        return new RefusalException(
                Kind.CONFLICT,
                "data set '" + name + "' holds out " + newest.growth().heldOutFraction()
                        + " of its rows since it was created, and " + asked
                        + " would move rows from evaluation to training or back; leave heldOut out, or create another data set");
    }

    private static void requireFraction(OptionalDouble heldOut) {
        if (heldOut.isPresent() && !(heldOut.getAsDouble() >= 0 && heldOut.getAsDouble() <= 0.9)) {
            throw new RefusalException(
                    Kind.MALFORMED, "heldOut is " + heldOut.getAsDouble() + "; allowed: a share from 0 to 0.9");
        }
    }
}
