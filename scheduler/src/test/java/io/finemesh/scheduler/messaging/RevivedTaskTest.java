package io.finemesh.scheduler.messaging;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.placement.LeaseLost;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.MoveAlias;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.scheduler.lease.LeaseTerms;
import io.finemesh.scheduler.lifecycle.RetryPolicy;
import io.finemesh.scheduler.lifecycle.RunLifecycle;
import io.finemesh.scheduler.placement.Placement;
import io.finemesh.scheduler.placement.PlacementTerms;
import io.finemesh.scheduler.promotion.Promotions;
import io.finemesh.scheduler.trace.RunSpans;
import io.finemesh.scheduler.trigger.PolicyStory;
import io.finemesh.scheduler.trigger.Triggers;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A task whose transaction was aborted: Kafka Streams closes it, reads its store again as it was last committed, and initialises the very same
 * processor anew. What the processor decided in the aborted transaction was never said and has to be said again.
 */
class RevivedTaskTest {
    private static final Duration WATCH = Duration.ofMillis(250);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final RunId RUN = new RunId("r-1");

    private final EventCodec codec = new EventCodec();
    private int messages;

    @TempDir
    Path directory;

    @Test
    void placementSaysAgainWhatItGrantedInTheAbortedTransaction() {
        PlacementShell shell = new PlacementShell(
                new Placement(
                        new LeaseTerms(Duration.ofSeconds(10), Duration.ofSeconds(10), 3),
                        new PlacementTerms(Duration.ofMinutes(2), Duration.ofSeconds(5))),
                WATCH);
        Life first = new Life(shell, PlacementShell.STORE, Map.of());
        first.hear(Topics.TRAINERS, "trainer-0", StreamsMesh.idle("trainer-0", "life-1"));
        Map<String, byte[]> committed = first.stored();
        Message request = request();
        first.hear(Topics.PLACEMENT_REQUESTS, RUN.value(), request);
        assertThat(first.said()).containsExactly("LeaseGranted", "TrainSegment");

        Life second = new Life(shell, PlacementShell.STORE, committed);
        second.hear(Topics.PLACEMENT_REQUESTS, RUN.value(), request);

        assertThat(second.said()).containsExactly("LeaseGranted", "TrainSegment");
        assertThat(second.stored()).as("the lease is written").hasSize(committed.size() + 1);
    }

    @Test
    void timeBeforeTheRevivalIsNotHeldAgainstATrainer() {
        PlacementShell shell = new PlacementShell(
                new Placement(
                        new LeaseTerms(Duration.ofMillis(100), Duration.ofSeconds(10), 3),
                        new PlacementTerms(Duration.ofMinutes(2), Duration.ofSeconds(5))),
                WATCH);
        Life first = new Life(shell, PlacementShell.STORE, Map.of());
        first.hear(Topics.TRAINERS, "trainer-0", StreamsMesh.idle("trainer-0", "life-1"));
        first.hear(Topics.PLACEMENT_REQUESTS, RUN.value(), request());
        first.tick(START);
        Life second = new Life(shell, PlacementShell.STORE, first.stored());

        second.tick(START.plus(WATCH));

        assertThat(second.said())
                .as("nobody could be heard while the task was closed")
                .isEmpty();
    }

    @Test
    void aRunThatWokeInTheAbortedTransactionWakesAgain() {
        LifecycleShell shell = new LifecycleShell(
                new RunLifecycle(new RetryPolicy(
                        3,
                        10,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(15),
                        Duration.ofHours(6))),
                WATCH,
                new RunSpans(OpenTelemetry.noop().getTracer("test")));
        Life first = new Life(shell, LifecycleShell.STORE, Map.of());
        first.hear(Topics.RUN_COMMANDS, RUN.value(), submission());
        first.hear(Topics.PLACEMENT_EVENTS, RUN.value(), lost(1));
        first.hear(Topics.PLACEMENT_EVENTS, RUN.value(), lost(2));
        Map<String, byte[]> committed = first.stored();
        first.forget();
        first.tick(START.plusSeconds(2));
        assertThat(first.said()).contains("PlaceSegment");

        Life second = new Life(shell, LifecycleShell.STORE, committed);
        second.tick(START.plusSeconds(2));

        assertThat(second.said()).contains("PlaceSegment");
    }

    @Test
    void aFiringOfTheAbortedTransactionIsSaidAgainUnderTheSameIdentity() {
        TriggerShell shell = new TriggerShell(new Triggers(), WATCH);
        Life first = new Life(shell, TriggerShell.STORE, Map.of());
        first.hear(Topics.POLICIES, "nightly", PolicyStory.volume(10));
        Map<String, byte[]> committed = first.stored();
        first.hear(Topics.DATASETS, "stream", PolicyStory.slice("stream", 1, 10, 10, 6));
        TriggerFired aborted = (TriggerFired) first.heard(Topics.TRIGGER_FIRES);

        Life second = new Life(shell, TriggerShell.STORE, committed);
        second.hear(Topics.DATASETS, "stream", PolicyStory.slice("stream", 1, 10, 10, 6));

        assertThat(second.heard(Topics.TRIGGER_FIRES)).isEqualTo(aborted);
        assertThat(second.said()).containsExactly("TriggerFired");
    }

    @Test
    void anAliasThatWasMovedInAnAbortedTransactionIsMovedAgainUnderTheSameIdentity() {
        PromotionShell shell = new PromotionShell(new Promotions());
        Life first = new Life(shell, PromotionShell.STORE, Map.of());
        MoveAlias move =
                new MoveAlias("tiny", "champion", Optional.of(new CheckpointId("ck-7")), "r-1", "ada", "by hand");
        first.hear(Topics.REGISTRY_COMMANDS, "tiny@champion", move);
        AliasMoved aborted = (AliasMoved) first.heard(Topics.REGISTRY);

        Life second = new Life(shell, PromotionShell.STORE, Map.of());
        second.hear(Topics.REGISTRY_COMMANDS, "tiny@champion", move);

        assertThat(second.heard(Topics.REGISTRY)).isEqualTo(aborted);
    }

    private static SubmitRun submission() {
        return adamw(RUN.value(), 30).build();
    }

    private static LeaseLost lost(long epoch) {
        return new LeaseLost(
                RUN, epoch, new TrainerId("trainer-0"), new Failure(FailureCode.TRAINER_LOST, "it restarted"));
    }

    /** What the lifecycle asks of placement for the submission. */
    private Message request() {
        LifecycleShell lifecycle = new LifecycleShell(
                new RunLifecycle(new RetryPolicy(
                        3,
                        10,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(15),
                        Duration.ofHours(6))),
                WATCH,
                new RunSpans(OpenTelemetry.noop().getTracer("test")));
        Life life = new Life(lifecycle, LifecycleShell.STORE, Map.of());
        life.hear(Topics.RUN_COMMANDS, RUN.value(), submission());
        return life.heard(Topics.PLACEMENT_REQUESTS);
    }

    /** One life of a task: a store as it was committed, and what the processor forwards. */
    private final class Life {
        private final Processor<String, byte[], String, byte[]> processor;
        private final MockProcessorContext<String, byte[]> context;
        private final KeyValueStore<String, byte[]> store;

        Life(Processor<String, byte[], String, byte[]> processor, String name, Map<String, byte[]> committed) {
            this.processor = processor;
            Properties properties = new Properties();
            properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
            properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
            this.context = new MockProcessorContext<>(properties, new TaskId(0, 0), directory.toFile());
            this.store = Stores.keyValueStoreBuilder(
                            Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                    .withLoggingDisabled()
                    .build();
            store.init(context.getStateStoreContext(), store);
            context.addStateStore(store);
            committed.forEach(store::put);
            context.setCurrentSystemTimeMs(START.toEpochMilli());
            processor.init(context);
        }

        <T extends Message> void hear(Topic<T> topic, String key, Message body) {
            Envelope<T> envelope = Envelope.starting(
                    new EventId("message-" + messages++),
                    "/test",
                    key,
                    START,
                    Optional.empty(),
                    topic.type().cast(body));
            context.setRecordMetadata(topic.name(), 0, messages);
            processor.process(new Record<>(
                    key, codec.value(envelope.body()), START.toEpochMilli(), codec.headers(topic, envelope)));
        }

        void tick(Instant now) {
            context.setCurrentSystemTimeMs(now.toEpochMilli());
            context.scheduledPunctuators()
                    .forEach(punctuator -> punctuator.getPunctuator().punctuate(now.toEpochMilli()));
        }

        void forget() {
            context.resetForwards();
        }

        Map<String, byte[]> stored() {
            Map<String, byte[]> entries = new LinkedHashMap<>();
            try (KeyValueIterator<String, byte[]> all = store.all()) {
                while (all.hasNext()) {
                    KeyValue<String, byte[]> entry = all.next();
                    entries.put(entry.key, entry.value);
                }
            }
            return entries;
        }

        /** Kinds of everything forwarded, in order. */
        List<String> said() {
            List<String> kinds = new ArrayList<>();
            for (var forwarded : context.forwarded()) {
                kinds.add(read(forwarded).getClass().getSimpleName());
            }
            return kinds;
        }

        Message heard(Topic<?> topic) {
            return context.forwarded().stream()
                    .filter(forwarded -> forwarded.childName().orElseThrow().endsWith(SchedulerTopology.sink(topic)))
                    .map(this::read)
                    .findFirst()
                    .orElseThrow();
        }

        private Message read(MockProcessorContext.CapturedForward<? extends String, ? extends byte[]> forwarded) {
            Record<? extends String, ? extends byte[]> record = forwarded.record();
            String sink = forwarded.childName().orElseThrow();
            Topic<? extends Message> topic = Stream.of(
                            SchedulerTopology.LIFECYCLE_OUTPUTS,
                            SchedulerTopology.PLACEMENT_OUTPUTS,
                            SchedulerTopology.TRIGGER_OUTPUTS,
                            SchedulerTopology.PROMOTION_OUTPUTS)
                    .flatMap(List::stream)
                    .filter(candidate -> sink.endsWith(SchedulerTopology.sink(candidate)))
                    .findFirst()
                    .orElseThrow();
            return codec.decode(topic, record.key(), record.headers(), record.value())
                    .body();
        }
    }
}
