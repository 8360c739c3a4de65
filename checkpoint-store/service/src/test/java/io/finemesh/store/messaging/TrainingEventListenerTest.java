package io.finemesh.store.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.training.BlockActivated;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.TrainingEvent;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.store.commit.Segments;
import io.finemesh.store.commit.Segments.Result;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class TrainingEventListenerTest {
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

    @BeforeEach
    void reset() {
        storage.fail(FaultPlan.NONE);
        publisher.fail(attempt -> RecordingPublisher.Failure.NONE);
        publisher.clear();
    }

    @Test
    void aResultIsAcknowledgedOnceTheMeshWasToldAndNotBefore() {
        Manifest root = Segments.root(storage, directory);
        Result result = Segments.next("listened", 0, root).stageIn(storage);
        storage.fail(FaultPlan.always("put manifests", Fault.SERVER_ERROR));

        SentRecord sent = send(SentRecord.record(Topics.TRAINING_EVENTS, result.envelope()));

        await().atMost(LIMIT).until(() -> storage.operations().stream().anyMatch(op -> op.startsWith("put manifests")));
        assertThat(sent.outcome()).isNotDone();
        storage.fail(FaultPlan.NONE);
        await().atMost(LIMIT).until(() -> sent.outcome().isDone());
        assertThat(sent.outcome().join()).isEqualTo("acknowledged");
        assertThat(publisher.bodies(CheckpointCommitted.class)).hasSize(1);
    }

    @Test
    void otherEventsAreAcknowledgedAtOnceAlsoWhileAResultWaits() {
        Manifest root = Segments.root(storage, directory);
        Result result = Segments.next("waiting", 0, root).stageIn(storage);
        storage.fail((index, operation) -> Fault.SERVER_ERROR);
        SentRecord waiting = send(SentRecord.record(Topics.TRAINING_EVENTS, result.envelope()));

        SentRecord failed = send(SentRecord.record(
                Topics.TRAINING_EVENTS,
                envelope(
                        "waiting",
                        new SegmentFailed(
                                new RunId("waiting"),
                                0,
                                1,
                                new TrainerId("t"),
                                new Failure(FailureCode.TRAINER_LOST, "x")))));

        await().atMost(LIMIT).until(failed.outcome()::isDone);
        assertThat(failed.outcome().join()).isEqualTo("acknowledged");
        assertThat(waiting.outcome()).isNotDone();
        storage.fail(FaultPlan.NONE);
        await().atMost(LIMIT).until(waiting.outcome()::isDone);
    }

    @Test
    void whatCannotBeReadGoesToTheDeadLettersAndTheChannelGoesOn() {
        ConsumerRecord<String, byte[]> good = SentRecord.record(
                Topics.TRAINING_EVENTS, envelope("run", new BlockActivated(new RunId("run"), 0, 1, "layer.0", 0)));
        ConsumerRecord<String, byte[]> noHeaders =
                SentRecord.record(Topics.TRAINING_EVENTS, "run", "{}".getBytes(UTF_8), new RecordHeaders());
        ConsumerRecord<String, byte[]> noKey =
                SentRecord.record(Topics.TRAINING_EVENTS, null, good.value(), good.headers());
        ConsumerRecord<String, byte[]> noValue = SentRecord.record(Topics.TRAINING_EVENTS, "run", null, good.headers());
        ConsumerRecord<String, byte[]> garbage =
                SentRecord.record(Topics.TRAINING_EVENTS, "run", new byte[] {1, 2, 3}, good.headers());
        RecordHeaders foreign = new RecordHeaders(good.headers().toArray());
        foreign.remove("ce_type").add("ce_type", "io.finemesh.run.completed.v1".getBytes(UTF_8));
        ConsumerRecord<String, byte[]> wrongTopic =
                SentRecord.record(Topics.TRAINING_EVENTS, "run", good.value(), foreign);

        for (ConsumerRecord<String, byte[]> poison :
                java.util.List.of(noHeaders, noKey, noValue, garbage, wrongTopic)) {
            SentRecord sent = send(poison);
            await().atMost(LIMIT).until(() -> sent.outcome().isDone());
            assertThat(sent.outcome().join()).startsWith("refused: " + UnreadableRecordException.class.getName());
        }

        SentRecord after = send(good);
        await().atMost(LIMIT).until(after.outcome()::isDone);
        assertThat(after.outcome().join()).isEqualTo("acknowledged");
    }

    private SentRecord send(ConsumerRecord<String, byte[]> record) {
        return SentRecord.send(connector, TrainingEventListener.CHANNEL, record);
    }

    private static Envelope<TrainingEvent> envelope(String run, TrainingEvent body) {
        return Envelope.starting(
                new EventId("event-" + body.getClass().getSimpleName()),
                "/t",
                run,
                Instant.EPOCH,
                Optional.empty(),
                body);
    }
}
