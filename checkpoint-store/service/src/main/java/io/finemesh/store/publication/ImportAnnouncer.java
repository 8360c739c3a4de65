package io.finemesh.store.publication;

import io.finemesh.contract.checkpoint.ModelImported;
import io.finemesh.contract.dataset.DatasetCommitted;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.store.dataset.DatasetVersions;
import io.finemesh.store.manifest.CheckpointCatalogue;
import io.finemesh.store.model.ModelNames;
import io.finemesh.store.storage.DecisivePut;
import io.finemesh.store.storage.NumberedObjects;
import io.finemesh.store.storage.ObjectContent;
import io.finemesh.store.storage.ObjectStorage;
import io.finemesh.store.storage.StorageLayout;
import io.finemesh.store.storage.StorageLayout.NumberedKey;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Announces models and data sets after they are durable, and notes that it did. A crash in between leaves one without a note; {@link
 * #announcePending} finds it. The event's id follows from what it announces, so a consumer can drop a repetition.
 */
public final class ImportAnnouncer {
    private static final String SOURCE = "/checkpoint-store";

    private final ObjectStorage storage;
    private final NumberedObjects objects;
    private final CheckpointCatalogue catalogue;
    private final ModelNames models;
    private final DatasetVersions datasets;
    private final EventPublisher publisher;
    private final Clock clock;

    public ImportAnnouncer(
            ObjectStorage storage,
            CheckpointCatalogue catalogue,
            ModelNames models,
            DatasetVersions datasets,
            EventPublisher publisher,
            Clock clock) {
        this.storage = storage;
        this.catalogue = catalogue;
        this.objects = new NumberedObjects(storage);
        this.models = models;
        this.datasets = datasets;
        this.publisher = publisher;
        this.clock = clock;
    }

    /**
     * Announces a version of a data set that grows and, before it, every older one that is not announced yet: who counts new rows hears of slices in order.
     *
     * @param traceparent trace of the request that made it
     * @throws PublicationException if the broker does not confirm; calling again is harmless
     */
    public void announceInOrder(NumberedKey key, Optional<String> traceparent) {
        int first = key.number();
        while (first > 1
                && storage.head(StorageLayout.announced(StorageLayout.dataset(key.name(), first - 1)))
                        .isEmpty()) {
            first--;
        }
        for (int number = first; number < key.number(); number++) {
            announce(new NumberedKey(StorageLayout.dataset(key.name(), number), key.name(), number), Optional.empty());
        }
        announce(key, traceparent);
    }

    /**
     * Announces a model pointer or data set version, unless it was announced before.
     *
     * @param traceparent trace of the request that made it
     * @throws PublicationException if the broker does not confirm; calling again is harmless
     */
    public void announce(NumberedKey key, Optional<String> traceparent) {
        String note = StorageLayout.announced(key.key());
        if (storage.head(note).isPresent()) {
            return;
        }
        if (key.key().startsWith(StorageLayout.MODELS)) {
            announceModel(key, traceparent);
        } else {
            announceDataset(key, traceparent);
        }
        new DecisivePut(storage).put(note, ObjectContent.of(key.key().getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Announces everything that a crash or an unreachable broker left unannounced.
     *
     * @return how many
     */
    public int announcePending() {
        Set<String> notes = new HashSet<>();
        storage.list(StorageLayout.announced("")).forEach(note -> notes.add(note.key()));
        List<NumberedKey> all = new ArrayList<>(objects.keys(StorageLayout.MODELS));
        all.addAll(objects.keys(StorageLayout.DATASETS));
        int announced = 0;
        for (NumberedKey key : all) {
            if (!notes.contains(StorageLayout.announced(key.key()))) {
                announce(key, Optional.empty());
                announced++;
            }
        }
        return announced;
    }

    private void announceModel(NumberedKey key, Optional<String> traceparent) {
        ModelDescriptor model = models.describe(objects.read(key));
        if (catalogue.manifest(model.checkpoint()).parent().isPresent()) {
            // A name given to a trained checkpoint; its CheckpointCommitted has said that it exists.
            return;
        }
        publisher.publish(
                Topics.CHECKPOINTS,
                Envelope.starting(
                        EventId.derived(
                                new EventId(model.checkpoint().value()), "model-imported " + key.key(), key.number()),
                        SOURCE,
                        model.checkpoint().value(),
                        clock.instant(),
                        traceparent,
                        new ModelImported(
                                model.checkpoint(),
                                model.name(),
                                model.parameterCount(),
                                model.weightBytes(),
                                model.weightsDigest())));
    }

    private void announceDataset(NumberedKey key, Optional<String> traceparent) {
        DatasetDescriptor dataset = datasets.describe(objects.read(key));
        publisher.publish(
                Topics.DATASETS,
                Envelope.starting(
                        EventId.derived(new EventId(dataset.version().value()), "dataset-committed", key.number()),
                        SOURCE,
                        dataset.name(),
                        clock.instant(),
                        traceparent,
                        new DatasetCommitted(
                                dataset.version(),
                                dataset.name(),
                                dataset.blob(),
                                dataset.samples(),
                                dataset.dropped(),
                                dataset.growth())));
    }
}
