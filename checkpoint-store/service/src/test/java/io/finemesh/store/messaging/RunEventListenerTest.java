package io.finemesh.store.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.RunEvent;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.commit.SegmentCommit;
import io.finemesh.store.commit.Segments;
import io.finemesh.store.commit.Segments.Result;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.model.ModelNames;
import io.finemesh.store.publication.RecordingPublisher;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class RunEventListenerTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Inject
    @Connector("smallrye-in-memory")
    InMemoryConnector connector;

    @Inject
    MemoryStorage storage;

    @Inject
    RecordingPublisher publisher;

    @Inject
    ModelNames names;

    private CheckpointId first;
    private CheckpointId second;

    @BeforeEach
    void train() {
        storage.fail(FaultPlan.NONE);
        publisher.fail(attempt -> RecordingPublisher.Failure.NONE);
        Manifest root = Segments.root(storage, directory);
        first = commit(Segments.next("first", 0, root));
        second = commit(Segments.next("second", 0, root));
        publisher.clear();
    }

    @Test
    void theResultOfACompletedRunGetsTheNameItWasPromised() {
        assertThat(settled(completed("first", first, Optional.of("promised")))).isEqualTo("acknowledged");

        assertThat(names.resolve("promised").checkpoint()).isEqualTo(first);
        assertThat(publisher.published()).as("it is no import").isEmpty();
    }

    @Test
    void aRecordThatComesAgainDoesNotTakeTheNameBackFromANewerRun() {
        settled(completed("first", first, Optional.of("shared")));
        settled(completed("second", second, Optional.of("shared")));

        assertThat(settled(completed("first", first, Optional.of("shared")))).isEqualTo("acknowledged");

        assertThat(names.resolve("shared").checkpoint()).isEqualTo(second);
    }

    @Test
    void aNameThatIsNotAllowedOrACheckpointThatDoesNotExistIsSettledWithoutName() {
        assertThat(settled(completed("first", first, Optional.of("not/allowed"))))
                .isEqualTo("acknowledged");
        assertThat(settled(completed("lost", new CheckpointId("ck-" + "0".repeat(32)), Optional.of("nothing"))))
                .isEqualTo("acknowledged");

        assertThat(storage.objects().keySet())
                .noneMatch(key -> key.startsWith("models/not") || key.startsWith("models/nothing"));
    }

    @Test
    void aRunWithoutPromisedNameIsAcknowledgedAtOnce() {
        storage.fail((index, operation) -> Fault.SERVER_ERROR);

        assertThat(settled(completed("first", first, Optional.empty()))).isEqualTo("acknowledged");
    }

    @Test
    void whileStorageIsAwayTheRecordWaitsUnacknowledgedAndOthersDoNot() {
        storage.fail((index, operation) -> Fault.SERVER_ERROR);
        SentRecord waiting = send(completed("first", first, Optional.of("patient")));
        await().atMost(LIMIT).until(() -> storage.operations().size() > 1);

        assertThat(settled(completed("second", second, Optional.empty()))).isEqualTo("acknowledged");
        assertThat(waiting.outcome()).isNotDone();
        storage.fail(FaultPlan.NONE);
        await().atMost(LIMIT).until(() -> waiting.outcome().isDone());

        assertThat(waiting.outcome().join()).isEqualTo("acknowledged");
        assertThat(names.resolve("patient").checkpoint()).isEqualTo(first);
    }

    @Test
    void whatCannotBeReadOrHandledGoesToTheDeadLetters() {
        SentRecord poison = SentRecord.send(
                connector,
                RunEventListener.CHANNEL,
                SentRecord.record(Topics.RUN_EVENTS, "run", "{}".getBytes(UTF_8), new RecordHeaders()));
        await().atMost(LIMIT).until(() -> poison.outcome().isDone());
        assertThat(poison.outcome().join()).startsWith("refused: ");
        storage.place("models/broken/00000001.json", "{}".getBytes(UTF_8));

        assertThat(settled(completed("first", first, Optional.of("broken"))))
                .startsWith("refused: ")
                .contains("models/broken/00000001.json");

        storage.remove("models/broken/00000001.json");
        assertThat(settled(completed("second", second, Optional.of("after")))).isEqualTo("acknowledged");
    }

    private CheckpointId commit(Result result) {
        result.stageIn(storage);
        new SegmentCommit(new BlobStore(storage, Duration.ofHours(1)), new ManifestStore(storage))
                .attempt(result.claim());
        return result.claim().checkpoint();
    }

    private String settled(Envelope<RunEvent> event) {
        SentRecord sent = send(event);
        await().atMost(LIMIT).until(() -> sent.outcome().isDone());
        return sent.outcome().join();
    }

    private SentRecord send(Envelope<RunEvent> event) {
        return SentRecord.send(connector, RunEventListener.CHANNEL, SentRecord.record(Topics.RUN_EVENTS, event));
    }

    private static Envelope<RunEvent> completed(String run, CheckpointId checkpoint, Optional<String> name) {
        return Envelope.starting(
                new EventId("completed-" + run),
                "/scheduler",
                run,
                Instant.EPOCH,
                Optional.empty(),
                new RunCompleted(new RunId(run), checkpoint, "w", 3, name));
    }
}
