package io.finemesh.store.publication;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.checkpoint.ModelImported;
import io.finemesh.contract.dataset.DatasetCommitted;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.commit.SegmentCommit;
import io.finemesh.store.commit.Segments;
import io.finemesh.store.commit.Segments.Result;
import io.finemesh.store.dataset.DatasetImport;
import io.finemesh.store.dataset.DatasetLimits;
import io.finemesh.store.dataset.DatasetVersions;
import io.finemesh.store.manifest.CheckpointCatalogue;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.model.ModelNames;
import io.finemesh.store.publication.RecordingPublisher.Failure;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.NumberedObjects;
import io.finemesh.store.storage.StorageException;
import io.finemesh.store.storage.StorageLayout.NumberedKey;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportAnnouncerTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();
    private final ManifestStore manifests = new ManifestStore(storage);
    private final BlobStore blobs = new BlobStore(storage, Duration.ofHours(1));
    private final CheckpointCatalogue catalogue = new CheckpointCatalogue(manifests, blobs);
    private final ModelNames names = new ModelNames(new NumberedObjects(storage), catalogue);
    private final DatasetVersions datasets = new DatasetVersions(new NumberedObjects(storage));
    private final RecordingPublisher publisher = new RecordingPublisher();
    private final ImportAnnouncer announcer =
            new ImportAnnouncer(storage, catalogue, names, datasets, publisher, Clock.fixed(NOW, ZoneOffset.UTC));
    private Manifest root;
    private NumberedKey model;
    private NumberedKey dataset;

    @BeforeEach
    void importThings() {
        root = Segments.root(storage, directory);
        model = names.point("m", new CheckpointId(root.checkpointId()));
        dataset = new DatasetImport(blobs, datasets, new DatasetLimits(directory.resolve("work"), 1000, 1000))
                .run(
                        "d",
                        Optional.empty(),
                        new ByteArrayInputStream("{\"instruction\":\"q\",\"output\":\"a\"}\nx\n".getBytes(UTF_8)))
                .key();
    }

    @Test
    void saysWhatWasImportedOnce() {
        announcer.announce(model, Optional.of(Segments.TRACEPARENT));
        announcer.announce(dataset, Optional.empty());
        announcer.announce(model, Optional.empty());
        announcer.announce(dataset, Optional.empty());

        assertThat(publisher.published()).hasSize(2);
        Envelope<?> first = publisher.published().getFirst();
        assertThat(first.body())
                .isEqualTo(new ModelImported(
                        new CheckpointId(root.checkpointId()),
                        "m",
                        CheckpointCatalogue.parameterCount(root),
                        CheckpointCatalogue.weightBytes(root),
                        root.weightsDigest()));
        assertThat(first.key()).isEqualTo(root.checkpointId());
        assertThat(first.traceparent()).contains(Segments.TRACEPARENT);
        assertThat(first.time()).isEqualTo(NOW);
        assertThat(publisher.published().get(1).key()).isEqualTo("d");
        assertThat(publisher.bodies(DatasetCommitted.class)).singleElement().satisfies(committed -> {
            assertThat(committed.version().value()).isEqualTo("d@1");
            assertThat(committed.dropped()).containsEntry("not_json", 1L);
        });
    }

    @Test
    void aBrokerThatIsAwayLeavesItToBeSaidLaterUnderTheSameId() {
        publisher.fail(attempt -> attempt == 0 ? Failure.REPLY_LOST : Failure.NONE);
        assertThatThrownBy(() -> announcer.announce(model, Optional.empty())).isInstanceOf(PublicationException.class);

        assertThat(announcer.announcePending()).isEqualTo(2);

        List<EventId> ids = publisher.published().stream()
                .filter(event -> event.body() instanceof ModelImported)
                .<EventId>map(Envelope::id)
                .toList();
        assertThat(ids).hasSize(2);
        assertThat(Set.copyOf(ids)).hasSize(1);
        assertThat(announcer.announcePending()).isZero();
    }

    @Test
    void aNameForATrainedCheckpointIsNoImport() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        new SegmentCommit(blobs, manifests).attempt(result.claim());
        NumberedKey key = names.point("m", result.claim().checkpoint());

        announcer.announce(key, Optional.empty());

        assertThat(publisher.published()).isEmpty();
        assertThat(announcer.announcePending())
                .as("the two imports, and not the name")
                .isEqualTo(2);
    }

    @Test
    void deathAtAnyOperationLosesNoAnnouncement() {
        MemoryStorage calm = copy();
        calm.fail(FaultPlan.NONE);
        announcer(calm).announcePending();
        int operations = calm.operations().size();
        Set<EventId> expected = ids();

        for (Fault fault :
                List.of(Fault.DEATH_BEFORE, Fault.DEATH_AFTER, Fault.REPLY_LOST, Fault.SERVER_ERROR, Fault.FULL)) {
            for (int at = 0; at < operations; at++) {
                publisher.clear();
                MemoryStorage dying = copy();
                dying.fail(FaultPlan.once(at, fault));
                try {
                    announcer(dying).announcePending();
                } catch (MemoryStorage.ProcessDeath | StorageException ended) {
                    assertThat(ended).isNotNull();
                }
                dying.fail(FaultPlan.NONE);
                announcer(dying).announcePending();

                assertThat(ids()).as("%s at %d", fault, at).isEqualTo(expected);
                assertThat(announcer(dying).announcePending()).isZero();
            }
        }
    }

    private Set<EventId> ids() {
        return publisher.published().stream().<EventId>map(Envelope::id).collect(Collectors.toSet());
    }

    private MemoryStorage copy() {
        MemoryStorage copy = new MemoryStorage();
        storage.objects().forEach(copy::place);
        return copy;
    }

    private ImportAnnouncer announcer(MemoryStorage used) {
        CheckpointCatalogue fresh =
                new CheckpointCatalogue(new ManifestStore(used), new BlobStore(used, Duration.ofHours(1)));
        return new ImportAnnouncer(
                used,
                fresh,
                new ModelNames(new NumberedObjects(used), fresh),
                new DatasetVersions(new NumberedObjects(used)),
                publisher,
                Clock.fixed(NOW, ZoneOffset.UTC));
    }
}
