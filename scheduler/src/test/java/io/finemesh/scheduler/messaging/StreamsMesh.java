package io.finemesh.scheduler.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.scheduler.lease.LeaseTerms;
import io.finemesh.scheduler.lifecycle.RetryPolicy;
import io.finemesh.scheduler.lifecycle.RunLifecycle;
import io.finemesh.scheduler.placement.Placement;
import io.finemesh.scheduler.placement.PlacementTerms;
import io.finemesh.scheduler.trace.RunSpans;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;

/** The whole topology without a broker, and everybody who talks to it: what is said on any topic, in order, since the last look. */
final class StreamsMesh implements AutoCloseable {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    static final String SUBMISSION = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final EventCodec codec = new EventCodec();
    private final Map<TrainerId, Long> sequences = new HashMap<>();
    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final SdkTracerProvider tracing = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(spans))
            .build();
    private final TopologyTestDriver driver;
    private int messages;

    StreamsMesh(Path directory) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        driver = new TopologyTestDriver(
                SchedulerTopology.of(
                        new RunLifecycle(new RetryPolicy(
                                3,
                                10,
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(30),
                                Duration.ofMinutes(15),
                                Duration.ofHours(6))),
                        new Placement(
                                new LeaseTerms(Duration.ofSeconds(10), Duration.ofSeconds(10), 3),
                                new PlacementTerms(Duration.ofMinutes(2), Duration.ofSeconds(5))),
                        Duration.ofMillis(250),
                        new RunSpans(tracing.get("test")),
                        Stores::inMemoryKeyValueStore),
                properties,
                START);
    }

    /** A scheduler that was killed: what it had committed is all that the next one finds. */
    StreamsMesh killedAndRestarted(Path directory) {
        Map<String, List<KeyValue<String, byte[]>>> changelogs = new HashMap<>();
        for (String store :
                List.of(LifecycleShell.STORE, PlacementShell.STORE, TriggerShell.STORE, PromotionShell.STORE)) {
            List<KeyValue<String, byte[]>> entries = new ArrayList<>();
            try (KeyValueIterator<String, byte[]> all = store(store).all()) {
                all.forEachRemaining(entries::add);
            }
            changelogs.put(store, entries);
        }
        close();
        StreamsMesh next = new StreamsMesh(directory);
        changelogs.forEach(
                (store, entries) -> entries.forEach(entry -> next.store(store).put(entry.key, entry.value)));
        next.sequences.putAll(sequences);
        next.messages = messages;
        return next;
    }

    private KeyValueStore<String, byte[]> store(String name) {
        return driver.getKeyValueStore(name);
    }

    <T extends Message> void say(Topic<T> topic, String key, T body) {
        Envelope<T> envelope = Envelope.starting(
                new EventId("message-" + messages++), "/test", key, START, Optional.of(SUBMISSION), body);
        sayRaw(topic.name(), key, codec.value(body), codec.headers(topic, envelope));
    }

    void sayRaw(String topic, String key, byte[] value, Headers headers) {
        driver.createInputTopic(topic, new StringSerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(key, value, headers));
    }

    /** Everything said on a topic since the last look. */
    <T extends Message> List<T> said(Topic<T> topic) {
        return records(topic.name()).stream()
                .map(record -> codec.decode(topic, record.key(), record.headers(), record.value())
                        .body())
                .toList();
    }

    <T extends Message> List<Envelope<T>> envelopes(Topic<T> topic) {
        return records(topic.name()).stream()
                .map(record -> codec.decode(topic, record.key(), record.headers(), record.value()))
                .toList();
    }

    /** Every span so far. */
    List<SpanData> spans() {
        return spans.getFinishedSpanItems();
    }

    List<TestRecord<String, byte[]>> records(String topic) {
        return driver.createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }

    /** Time passes while these trainers go on living. */
    void pass(Duration duration, TrainerHeartbeat... living) {
        Duration left = duration;
        while (left.isPositive()) {
            Duration step = left.compareTo(Duration.ofSeconds(1)) < 0 ? left : Duration.ofSeconds(1);
            for (int slice = 0; slice < 4; slice++) {
                driver.advanceWallClockTime(step.dividedBy(4));
            }
            for (TrainerHeartbeat heartbeat : living) {
                beat(heartbeat);
            }
            left = left.minus(step);
        }
    }

    /** A heartbeat; its sequence is set. */
    void beat(TrainerHeartbeat heartbeat) {
        long sequence = sequences.merge(heartbeat.trainer(), 1L, Long::sum);
        say(
                Topics.TRAINERS,
                heartbeat.trainer().value(),
                new TrainerHeartbeat(
                        heartbeat.trainer(),
                        heartbeat.incarnation(),
                        sequence,
                        heartbeat.condition(),
                        heartbeat.device(),
                        heartbeat.blas(),
                        heartbeat.memoryTotalBytes(),
                        heartbeat.memoryBudgetBytes(),
                        heartbeat.memoryUsedBytes(),
                        heartbeat.run(),
                        heartbeat.epoch(),
                        heartbeat.step(),
                        heartbeat.heldCheckpoints()));
    }

    static TrainerHeartbeat idle(String trainer, String incarnation) {
        return heartbeat(trainer, incarnation, TrainerCondition.IDLE, Optional.empty(), OptionalLong.empty());
    }

    static TrainerHeartbeat holding(String trainer, String incarnation, TrainSegment lease) {
        return heartbeat(
                trainer,
                incarnation,
                TrainerCondition.TRAINING,
                Optional.of(lease.work().runId()),
                OptionalLong.of(lease.epoch()));
    }

    static TrainerHeartbeat heartbeat(
            String trainer, String incarnation, TrainerCondition condition, Optional<RunId> run, OptionalLong epoch) {
        return new TrainerHeartbeat(
                new TrainerId(trainer),
                new TrainerIncarnation(incarnation),
                0,
                condition,
                "cpu",
                "mkl",
                8_000_000_000L,
                4_000_000_000L,
                500_000_000L,
                run,
                epoch,
                OptionalLong.empty(),
                List.of());
    }

    /** The one segment that was granted since the last look. */
    TrainSegment granted() {
        List<TrainSegment> granted = said(Topics.TRAINING_COMMANDS).stream()
                .filter(TrainSegment.class::isInstance)
                .map(TrainSegment.class::cast)
                .toList();
        assertThat(granted).hasSize(1);
        return granted.getFirst();
    }

    void start(TrainSegment command) {
        say(
                Topics.TRAINING_EVENTS,
                run(command),
                new SegmentStarted(
                        command.work().runId(),
                        index(command),
                        command.epoch(),
                        command.trainer(),
                        "00-segment",
                        Optional.empty()));
    }

    void train(TrainSegment command) {
        say(
                Topics.TRAINING_EVENTS,
                run(command),
                new SegmentTrained(
                        command.work().runId(),
                        index(command),
                        command.epoch(),
                        command.trainer(),
                        result(command),
                        lastStep(command),
                        0.5,
                        "00-segment",
                        OptionalDouble.empty()));
    }

    void upload(TrainSegment command) {
        say(
                Topics.TRAINING_EVENTS,
                run(command),
                new SegmentEnded(
                        command.work().runId(),
                        index(command),
                        command.epoch(),
                        command.trainer(),
                        result(command),
                        command.work().base(),
                        lastStep(command),
                        List.of(),
                        "{}",
                        List.of(),
                        new BlobReference(new BlobDigest("c".repeat(64)), 5)));
    }

    void fail(TrainSegment command, FailureCode code) {
        say(
                Topics.TRAINING_EVENTS,
                run(command),
                new SegmentFailed(
                        command.work().runId(),
                        index(command),
                        command.epoch(),
                        command.trainer(),
                        new Failure(code, "it failed")));
    }

    void commit(TrainSegment command) {
        say(
                Topics.CHECKPOINTS,
                run(command),
                new CheckpointCommitted(
                        result(command),
                        command.work().runId(),
                        index(command),
                        command.epoch(),
                        command.work().base(),
                        lastStep(command),
                        "digest-" + index(command),
                        10,
                        List.of("w"),
                        OptionalDouble.empty()));
    }

    /** From a grant to its commit, without the next grant being looked at. */
    void finish(TrainSegment command) {
        start(command);
        train(command);
        upload(command);
        commit(command);
    }

    static CheckpointId result(TrainSegment command) {
        return new CheckpointId("ck-" + command.work().runId() + "-" + index(command));
    }

    private static String run(TrainSegment command) {
        return command.work().runId().value();
    }

    private static int index(TrainSegment command) {
        return command.work().segment().index();
    }

    private static long lastStep(TrainSegment command) {
        return command.work().segment().firstStep() + command.work().segment().steps() - 1;
    }

    @Override
    public void close() {
        driver.close();
    }
}
