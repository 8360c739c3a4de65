package io.finemesh.trainer.messaging;

import static io.finemesh.trainer.fixture.Recorder.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.finemesh.contract.Message;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.trainer.config.TrainerConfig;
import io.finemesh.trainer.fixture.TestConfig;
import io.finemesh.trainer.fixture.TinyRun;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class KafkaPublisherTest {
    private static final RunId RUN = new RunId("run-1");

    private final MockProducer<String, byte[]> events = producer();
    private final MockProducer<String, byte[]> heartbeats = producer();
    private final KafkaPublisher publisher = new KafkaPublisher(events, heartbeats, Duration.ofMillis(1));

    @Test
    void everyTopicGetsWhatItCarriesUnderItsKey() {
        CompletableFuture<Void> failed = publisher.training(envelope(
                "e-1",
                RUN.value(),
                new SegmentFailed(RUN, 3, 7, TinyRun.TRAINER, new Failure(FailureCode.INTERNAL, "broken"))));
        CompletableFuture<Void> step = publisher.step(envelope("e-2", RUN.value(), step()));
        CompletableFuture<Void> beat = publisher.heartbeat(envelope("e-3", "trainer-0", heartbeat()));

        assertThat(events.history())
                .extracting(ProducerRecord::topic)
                .containsExactly(Topics.TRAINING_EVENTS.name(), Topics.STEPS.name());
        assertThat(events.history()).extracting(ProducerRecord::key).containsExactly("run-1", "run-1");
        assertThat(heartbeats.history())
                .extracting(ProducerRecord::topic, ProducerRecord::key)
                .containsExactly(tuple(Topics.TRAINERS.name(), "trainer-0"));
        ProducerRecord<String, byte[]> record = events.history().getFirst();
        Envelope<?> read =
                new EventCodec().decode(Topics.TRAINING_EVENTS, record.key(), record.headers(), record.value());
        assertThat(read.id()).isEqualTo(new EventId("e-1"));
        assertThat(read.body()).isInstanceOf(SegmentFailed.class);
        assertThat(List.of(failed, step, beat)).noneMatch(CompletableFuture::isDone);

        events.completeNext();
        events.completeNext();
        heartbeats.completeNext();

        assertThat(List.of(failed, step, beat)).allMatch(CompletableFuture::isDone);
    }

    @Test
    void aDeliveryThatFailsIsTold() {
        CompletableFuture<Void> step = publisher.step(envelope("e-1", RUN.value(), step()));

        events.errorNext(new IllegalStateException("delivery timeout"));

        assertThat(step).isCompletedExceptionally();
    }

    @Test
    void whatEndsASegmentIsSaidAgainUntilTheBrokerHasIt() {
        CompletableFuture<Void> failed = publisher.training(segmentFailed());
        for (int attempt = 1; attempt <= 3; attempt++) {
            int sent = attempt;
            await().until(() -> events.history().size() == sent);
            await().until(() -> events.errorNext(new TimeoutException("delivery timeout")));
        }
        await().until(() -> events.history().size() == 4);
        assertThat(failed).isNotDone();

        events.completeNext();

        assertThat(failed).succeedsWithin(Duration.ofSeconds(60));
        assertThat(events.history().stream()
                        .map(record -> record.headers().toString())
                        .distinct())
                .as("the same each time, identity included")
                .hasSize(1);
    }

    @Test
    void whatTheBrokerWouldNeverTakeIsNotSaidAgain() {
        CompletableFuture<Void> failed = publisher.training(segmentFailed());

        events.errorNext(new RecordTooLargeException("too large"));

        await().until(failed::isCompletedExceptionally);
        assertThat(events.history()).hasSize(1);
    }

    @Test
    void anEventThatCannotBeSentIsToldTheSameWay() {
        events.sendException = new IllegalStateException("no buffer");

        assertThat(publisher.step(envelope("e-1", RUN.value(), step()))).isCompletedExceptionally();
    }

    @Test
    void eventsArePatientAndInOrderHeartbeatsAreNeither() {
        TrainerConfig config = TestConfig.of(Map.of("events.delivery-limit", "2m"));

        assertThat(KafkaPublisher.eventSettings("broker:9092", config))
                .containsEntry("bootstrap.servers", "broker:9092")
                .containsEntry("client.id", "trainer-0-events")
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", true)
                .containsEntry("delivery.timeout.ms", 120_000)
                .containsEntry("max.block.ms", 120_000L);
        assertThat(KafkaPublisher.heartbeatSettings("broker:9092", config))
                .containsEntry("acks", "1")
                .containsEntry("retries", 0)
                .containsEntry("delivery.timeout.ms", 3000)
                .containsEntry("max.block.ms", 2000L);
    }

    @Test
    void realProducersAcceptTheSettings() throws IOException {
        KafkaPublisher real = new KafkaPublisher(
                "127.0.0.1:1", TestConfig.of(Map.of("events.delivery-limit", "100ms", "heartbeat.interval", "1s")));
        real.close();
    }

    private static MockProducer<String, byte[]> producer() {
        return new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
    }

    private static <T extends Message> Envelope<T> envelope(String id, String key, T body) {
        return new Envelope<>(
                new EventId(id),
                "/gpu-trainer/trainer-0",
                key,
                Instant.parse("2026-01-01T00:00:00Z"),
                Optional.empty(),
                Optional.of(key),
                Optional.empty(),
                body);
    }

    private static Envelope<SegmentFailed> segmentFailed() {
        return envelope(
                "e-1",
                RUN.value(),
                new SegmentFailed(RUN, 3, 7, TinyRun.TRAINER, new Failure(FailureCode.INTERNAL, "broken")));
    }

    private static StepCompleted step() {
        return new StepCompleted(
                RUN, 3, 7, 11, Double.NaN, 1, 1e-3, 8, 4, true, Optional.of("layer.1"), Map.of("forward", 5L), 100);
    }

    private static TrainerHeartbeat heartbeat() {
        return new TrainerHeartbeat(
                TinyRun.TRAINER,
                TinyRun.INCARNATION,
                0,
                TrainerCondition.IDLE,
                "cpu",
                "mkl",
                100,
                80,
                50,
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                List.of());
    }
}
