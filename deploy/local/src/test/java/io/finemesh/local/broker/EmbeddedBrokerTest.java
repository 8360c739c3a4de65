package io.finemesh.local.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.finemesh.contract.wire.Topic;
import io.finemesh.local.broker.EmbeddedBroker.BrokerException;
import io.finemesh.local.ports.PortPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
    private static final List<BrokerExit> EXITS = new ArrayList<>();

    @TempDir
    static Path folder;

    private static EmbeddedBroker broker;

    @BeforeAll
    static void start() {
        broker = start(folder.resolve("kafka"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void committedTransactionsAndOffsetsSurviveARestartOnOtherPorts() throws Exception {
        Path directory = folder.resolve("restarted");
        try (EmbeddedBroker first = start(directory)) {
            new TopicCatalogue(List.of(new TopicCatalogue.Entry("ledger", 1, Map.of())))
                    .apply(first.bootstrapServers());
            try (KafkaProducer<String, String> producer = transactionalProducer(first)) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("ledger", "run", "step 1")).get();
                producer.send(new ProducerRecord<>("ledger", "run", "step 2")).get();
                producer.commitTransaction();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("ledger", "run", "torn step"))
                        .get();
                producer.abortTransaction();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("ledger", "run", "step 3")).get();
                producer.commitTransaction();
            }
            assertThat(read(first, "ledger", 2)).containsExactly("step 1", "step 2");
        }

        try (EmbeddedBroker second = start(directory)) {
            assertThat(read(second, "ledger", 1)).containsExactly("step 3");
        }
    }

    @Test
    void everyTopicOfTheContractIsCreatedWithItsSettings() throws Exception {
        TopicCatalogue.Outcome first = TopicCatalogue.ofContract().apply(broker.bootstrapServers());
        TopicCatalogue.Outcome second = TopicCatalogue.ofContract().apply(broker.bootstrapServers());

        int topics = 2 * Topic.all().size();
        assertThat(first).isEqualTo(new TopicCatalogue.Outcome(topics, 0, 0));
        assertThat(second).isEqualTo(new TopicCatalogue.Outcome(0, 0, topics));
        try (Admin admin = admin(broker)) {
            for (Topic<?> topic : Topic.all()) {
                assertThat(partitions(admin, topic.name())).isEqualTo(topic.partitions());
                assertThat(configuration(admin, topic.name())).containsAllEntriesOf(topic.configuration());
                assertThat(configuration(admin, topic.deadLetterName()))
                        .containsEntry(
                                "retention.ms",
                                Long.toString(Duration.ofDays(30).toMillis()));
            }
        }
    }

    @Test
    void settingsThatDifferAreChanged() throws Exception {
        apply("tuned", 1, Map.of("retention.ms", "1000"));

        TopicCatalogue.Outcome outcome = apply("tuned", 1, Map.of("retention.ms", "-1", "cleanup.policy", "compact"));

        assertThat(outcome).isEqualTo(new TopicCatalogue.Outcome(0, 1, 0));
        try (Admin admin = admin(broker)) {
            assertThat(configuration(admin, "tuned"))
                    .containsEntry("retention.ms", "-1")
                    .containsEntry("cleanup.policy", "compact");
        }
    }

    @Test
    void aTopicWithOtherPartitionsIsRefusedBecauseKeysWouldMove() {
        apply("narrow", 1, Map.of());

        assertThatThrownBy(() -> apply("narrow", 2, Map.of()))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("narrow has 1 partitions, not 2")
                .hasMessageContaining("--fresh");
    }

    @Test
    void topicsAreNotCreatedByBeingUsed() {
        Map<String, Object> settings = new HashMap<>(strings(broker));
        settings.put("max.block.ms", 500);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>("mistyped", "x")).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void compactionRemovesSupersededRecords() throws Exception {
        // Tiny segments: only closed ones are compacted.
        apply(
                "states",
                1,
                Map.of(
                        "cleanup.policy", "compact",
                        "segment.bytes", "1048576",
                        "min.cleanable.dirty.ratio", "0.01",
                        "max.compaction.lag.ms", "100"));
        String large = "x".repeat(200_000);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(strings(broker), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < 30; i++) {
                producer.send(new ProducerRecord<>("states", "same key", i + large))
                        .get();
            }
        }
        await().atMost(Duration.ofMinutes(5))
                .until(() -> readAll(broker, "states").size() < 15);
        assertThat(readAll(broker, "states").getLast()).startsWith("29");
    }

    @Test
    void kafkaCannotEndTheProcess() {
        assertThatThrownBy(() -> Exit.halt(1, "log directory failed")).hasMessageContaining("log directory failed");

        assertThat(EXITS).contains(new BrokerExit(1, "log directory failed"));
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        BrokerSettings taken = new BrokerSettings(
                folder.resolve("second"),
                Integer.parseInt(broker.bootstrapServers().split(":")[1]),
                freePorts().kafkaController());

        assertThatThrownBy(() -> EmbeddedBroker.start(taken, exit -> {}))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("did not start over " + taken.directory())
                .hasMessageContaining(Integer.toString(taken.port()));
    }

    private static EmbeddedBroker start(Path directory) {
        PortPlan ports = freePorts();
        return EmbeddedBroker.start(new BrokerSettings(directory, ports.kafka(), ports.kafkaController()), EXITS::add);
    }

    private static PortPlan freePorts() {
        return PortPlan.free(RandomGenerator.getDefault());
    }

    private static TopicCatalogue.Outcome apply(String name, int partitions, Map<String, String> configuration) {
        return new TopicCatalogue(List.of(new TopicCatalogue.Entry(name, partitions, configuration)))
                .apply(broker.bootstrapServers());
    }

    private static Admin admin(EmbeddedBroker of) {
        return Admin.create(strings(of));
    }

    private static Map<String, Object> strings(EmbeddedBroker of) {
        return Map.of("bootstrap.servers", of.bootstrapServers());
    }

    private static KafkaProducer<String, String> transactionalProducer(EmbeddedBroker of) {
        Map<String, Object> settings = new HashMap<>(strings(of));
        settings.put("transactional.id", "trainer");
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    /** The next records that a group has not seen, committed ones only. */
    private static List<String> read(EmbeddedBroker from, String topic, int count) {
        Map<String, Object> settings = new HashMap<>(strings(from));
        settings.put("group.id", "scheduler");
        settings.put("auto.offset.reset", "earliest");
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        settings.put("max.poll.records", count);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            List<String> values = new ArrayList<>();
            long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(message -> values.add(message.value()));
            }
            consumer.commitSync();
            return values;
        }
    }

    private static List<String> readAll(EmbeddedBroker from, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(strings(from), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<String> values = new ArrayList<>();
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, String> message : consumer.poll(Duration.ofMillis(200))) {
                    values.add(message.value());
                }
            }
            return values;
        }
    }

    private static int partitions(Admin admin, String topic) throws Exception {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .size();
    }

    private static Map<String, String> configuration(Admin admin, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<String, String> configuration = new HashMap<>();
        admin.describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .entries()
                .forEach(entry -> configuration.put(entry.name(), entry.value()));
        return configuration;
    }
}
