package io.finemesh.trainer.segment;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.cache.BlobPins;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.store.DatasetParts;
import io.finemesh.contract.store.StoreException;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.trainer.blob.BlobFetcher;
import io.finemesh.trainer.blob.BlobStore;
import io.finemesh.trainer.blob.Patience;
import io.finemesh.trainer.failure.SegmentFailureException;
import io.finemesh.trainer.result.HeldResults;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings base checkpoint and data of a segment to the local disk. Touches nothing of the engine, so it may run on any thread. */
public final class BaseLoader {
    private final BlobStore store;
    private final BlobFetcher fetcher;
    private final BlobCache cache;
    private final HeldResults held;
    private final Patience patience;

    public BaseLoader(BlobStore store, BlobFetcher fetcher, BlobCache cache, HeldResults held, Patience patience) {
        this.store = store;
        this.fetcher = fetcher;
        this.cache = cache;
        this.held = held;
        this.patience = patience;
    }

    /**
     * Finds the base's manifest, here or in the store, and fetches what training needs of it.
     *
     * @throws StoreException if the store stays away
     * @throws SegmentFailureException if the checkpoint is neither held here nor committed, is not the one its id says, or lacks a blob
     * @throws IOException if a blob cannot be brought into the cache
     */
    SegmentBase load(SegmentWork work)
            throws StoreException, SegmentFailureException, IOException, InterruptedException {
        Manifest manifest = manifest(work.base());
        BlobReference dataset = new BlobReference(
                work.dataset().blob().digest().value(), work.dataset().blob().sizeBytes());
        List<BlobReference> rows = work.dataset().inParts() ? parts(dataset, work) : List.of(dataset);
        List<BlobReference> needed = new ArrayList<>(manifest.weightBlobs());
        needed.add(SegmentBase.requiredFile(manifest, SegmentBase.CONFIGURATION));
        needed.add(SegmentBase.requiredFile(manifest, SegmentBase.TOKENIZER));
        if (work.specification().template() == PromptTemplate.CHAT) {
            SegmentBase.TEMPLATE_FILES.forEach(
                    name -> manifest.file(name).map(FileEntry::blob).ifPresent(needed::add));
        }
        stateBlobs(manifest, work).forEach(needed::add);
        needed.addAll(rows);
        BlobPins pins =
                cache.pin(needed.stream().map(BlobReference::digest).distinct().toList());
        try {
            return new SegmentBase(manifest, dataset, rows, fetcher.fetch(needed), pins);
        } catch (StoreException
                | SegmentFailureException
                | IOException
                | InterruptedException
                | RuntimeException failed) {
            pins.close();
            throw failed;
        }
    }

    /** The objects that hold the rows of a data set that grows. */
    private List<BlobReference> parts(BlobReference list, SegmentWork work)
            throws StoreException, SegmentFailureException, IOException, InterruptedException {
        BlobPins pins = cache.pin(List.of(list.digest()));
        byte[] json;
        try {
            json = Files.readAllBytes(fetcher.fetch(List.of(list)).get(list.digest()));
        } finally {
            pins.close();
        }
        try {
            return DatasetParts.parse(json).parts().stream()
                    .map(part -> new BlobReference(
                            part.blob().digest().value(), part.blob().sizeBytes()))
                    .toList();
        } catch (IOException malformed) {
            throw new SegmentFailureException(
                    FailureCode.DATASET_NOT_USABLE,
                    "object " + list.digest() + " of data set " + work.dataset().version() + " is no list of parts: "
                            + malformed.getMessage());
        }
    }

    /** The optimizer state saved by the same run; a run that begins on another run's checkpoint begins with none. */
    static List<BlobReference> stateBlobs(Manifest manifest, SegmentWork work) {
        return manifest.trainingState()
                .filter(state -> continues(manifest, work))
                .map(state -> state.stateBlobs())
                .orElse(List.of());
    }

    /** Whether a checkpoint was made by an earlier segment of the run. */
    static boolean continues(Manifest manifest, SegmentWork work) {
        return manifest.trainedBy()
                .filter(by -> by.runId().equals(work.runId().value()))
                .isPresent();
    }

    private Manifest manifest(CheckpointId base)
            throws StoreException, SegmentFailureException, IOException, InterruptedException {
        Optional<Manifest> here = held.find(base);
        if (here.isPresent()) {
            return here.get();
        }
        byte[] json;
        try {
            json = patience.insist("fetching the manifest of " + base, () -> store.manifest(base));
        } catch (StoreException failed) {
            if (failed.isMissing()) {
                throw new SegmentFailureException(
                        FailureCode.TRAINER_LOST,
                        "base checkpoint " + base
                                + " is neither committed nor held by this trainer any more; go back to the last committed one");
            }
            throw failed;
        }
        if (!Manifest.checkpointId(json).equals(base.value())) {
            throw new SegmentFailureException(
                    FailureCode.BLOB_CORRUPT,
                    "the store's manifest of " + base + " is that of " + Manifest.checkpointId(json));
        }
        return Manifest.parse(json);
    }
}
