package io.finemesh.store.connector;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.contract.connector.ConnectorDefined;
import io.finemesh.contract.dataset.DatasetCommitted;
import io.finemesh.contract.store.ConnectorPosition;
import io.finemesh.contract.store.DatasetGrowth;
import io.finemesh.store.archive.Archives;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.dataset.DatasetImport;
import io.finemesh.store.dataset.DatasetLimits;
import io.finemesh.store.dataset.DatasetVersions;
import io.finemesh.store.growth.DatasetAppend;
import io.finemesh.store.growth.GrowingVersions;
import io.finemesh.store.growth.NameLocks;
import io.finemesh.store.manifest.CheckpointCatalogue;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.model.ModelNames;
import io.finemesh.store.publication.ImportAnnouncer;
import io.finemesh.store.publication.RecordingPublisher;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.MemoryStorage.ProcessDeath;
import io.finemesh.store.storage.NumberedObjects;
import io.finemesh.store.storage.StorageException;
import io.finemesh.store.storage.StorageLayout;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectorReadingTest {
    private static final String TOPIC = "other.events";
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();
    private final RecordingPublisher publisher = new RecordingPublisher();
    /** What stands on the topic: values by partition. */
    private final Map<Integer, List<byte[]>> topic = new HashMap<>(Map.of(0, new ArrayList<>(), 1, new ArrayList<>()));

    private void say(int partition, String value) {
        topic.get(partition).add(value == null ? null : value.getBytes(UTF_8));
    }

    private static String asked(String question) {
        return "{\"after\":{\"question\":\"" + question + "\",\"answer\":\"a\"},\"op\":\"c\"}";
    }

    private static ConnectorDefined mapped() {
        return new ConnectorDefined(
                "events", 1, TOPIC, "stream", 0, Map.of("instruction", "after.question", "output", "after.answer"));
    }

    private ConnectorReading reading(ConnectorDefined connector, int batchRecords) {
        return reading(storage, connector, batchRecords);
    }

    /** A process that has just started: nothing is known but what storage and topic hold. */
    private ConnectorReading reading(MemoryStorage used, ConnectorDefined connector, int batchRecords) {
        NumberedObjects objects = new NumberedObjects(used);
        BlobStore blobs = new BlobStore(used, Duration.ofHours(1));
        DatasetVersions versions = new DatasetVersions(objects);
        GrowingVersions growing = new GrowingVersions(objects, versions, blobs);
        CheckpointCatalogue catalogue = new CheckpointCatalogue(new ManifestStore(used), blobs);
        return new ConnectorReading(
                connector,
                consumer(),
                growing::newestDescriptor,
                new DatasetAppend(growing, blobs, new DatasetLimits(directory, 2_000, 1 << 20), new NameLocks()),
                new ImportAnnouncer(used, catalogue, new ModelNames(objects, catalogue), versions, publisher, NOW),
                new ConnectorLimits(batchRecords, 1 << 20, Duration.ZERO, Duration.ofSeconds(5)),
                NOW);
    }

    /** A consumer of the topic as it stands. */
    private MockConsumer<byte[], byte[]> consumer() {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>(AutoOffsetResetStrategy.EARLIEST.name()) {
            @Override
            public synchronized void assign(Collection<TopicPartition> partitions) {
                super.assign(partitions);
                for (TopicPartition partition : partitions) {
                    updateBeginningOffsets(Map.of(partition, 0L));
                    updateEndOffsets(Map.of(
                            partition, (long) topic.get(partition.partition()).size()));
                }
                schedulePollTask(() -> topic.forEach((partition, values) -> IntStream.range(0, values.size())
                        .filter(offset -> offset >= position(new TopicPartition(TOPIC, partition)))
                        .forEach(offset ->
                                addRecord(new ConsumerRecord<>(TOPIC, partition, offset, null, values.get(offset))))));
            }
        };
        consumer.updatePartitions(
                TOPIC,
                topic.keySet().stream()
                        .map(partition -> new PartitionInfo(TOPIC, partition, Node.noNode(), null, null))
                        .toList());
        return consumer;
    }

    private DatasetGrowth growth() {
        return versions().resolve("stream").growth().orElseThrow();
    }

    private DatasetVersions versions() {
        return new DatasetVersions(new NumberedObjects(storage));
    }

    @Test
    void recordsBecomeASliceThatSaysHowFarTheyReach() {
        say(0, asked("a"));
        say(0, asked("b"));
        say(1, asked("c"));
        try (ConnectorReading reading = reading(mapped(), 100)) {
            reading.step();
        }

        assertThat(versions().resolve("stream").samples()).isEqualTo(3);
        assertThat(growth().slice().origin()).isEqualTo("connector/events");
        assertThat(growth().connectors())
                .containsExactly(new ConnectorPosition("events", TOPIC, Map.of("0", 2L, "1", 1L)));
        assertThat(publisher.bodies(DatasetCommitted.class)).hasSize(1);
    }

    @Test
    void aProcessThatStartsAgainReadsOnFromTheOffsetsInTheVersion() {
        say(0, asked("a"));
        try (ConnectorReading reading = reading(mapped(), 100)) {
            reading.step();
        }
        say(0, asked("b"));
        say(1, asked("c"));
        try (ConnectorReading reading = reading(mapped(), 100)) {
            reading.step();
        }

        assertThat(growth().slice().samples()).isEqualTo(2);
        assertThat(growth().slice().duplicates()).as("nothing is read twice").isZero();
        assertThat(growth().connectors())
                .containsExactly(new ConnectorPosition("events", TOPIC, Map.of("0", 2L, "1", 1L)));
    }

    @Test
    void whatIsNoRowIsQuarantinedAndTheNextOnesAreTaken() {
        say(0, "not json");
        say(0, "{\"after\":{\"question\":\"lonely\"}}");
        say(0, "{\"after\":{\"question\":\"a\",\"question\":\"b\",\"answer\":\"c\"}}");
        say(0, null);
        say(0, asked("good"));
        topic.get(0).add("{\"after\":{\"question\":\"\u00e9\"}}".getBytes(ISO_8859_1));
        try (ConnectorReading reading = reading(mapped(), 100)) {
            reading.step();
        }

        assertThat(versions().resolve("stream").samples()).isEqualTo(1);
        assertThat(growth().slice().quarantined().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(4);
        assertThat(growth().connectors().getFirst().offsets()).containsEntry("0", 6L);
    }

    /** Each of them is quarantined with its reason, and the good record behind it is taken. */
    @ParameterizedTest
    @MethodSource("unusableRecords")
    void aRecordThatCannotBeARowIsQuarantinedWithItsReason(String what, byte[] value, String reason) {
        topic.get(0).add(value);
        say(0, asked("good"));
        try (ConnectorReading reading = reading(mapped(), 100)) {
            reading.step();
            reading.step();
        }

        assertThat(versions().resolve("stream").samples()).as(what).isEqualTo(1);
        assertThat(versions().resolve("stream").dropped()).isEqualTo(Map.of(reason, 1L));
        assertThat(growth().connectors().getFirst().offsets()).containsEntry("0", 2L);
    }

    static Stream<Arguments> unusableRecords() {
        String deep = "[".repeat(100_000);
        String nested = "{\"a\":".repeat(900) + "1" + "}".repeat(900);
        return Stream.of(
                Arguments.of("no JSON", bytes("after: question"), "not_json"),
                Arguments.of("half a record", bytes("{\"after\":{\"question\":\"q\""), "not_json"),
                Arguments.of("two records", bytes("{} {}"), "not_json"),
                Arguments.of("10 MB", bytes(asked("q".repeat(10_000_000))), "line_too_long"),
                Arguments.of("10 MB that are no JSON", bytes("q".repeat(10_000_000)), "line_too_long"),
                Arguments.of("nesting without end", bytes(deep.substring(0, 1_500)), "not_json"),
                Arguments.of("nesting without end, and long", bytes(deep), "line_too_long"),
                Arguments.of(
                        "a field that is no text",
                        bytes("{\"after\":{\"question\":{\"q\":1},\"answer\":\"a\"}}"),
                        "wrong_field"),
                Arguments.of(
                        "a deep field",
                        bytes("{\"after\":{\"question\":" + nested + ",\"answer\":\"a\"}}"),
                        "line_too_long"),
                Arguments.of(
                        "a field on the way that is a list",
                        bytes("{\"after\":[{\"question\":\"q\",\"answer\":\"a\"}]}"),
                        "wrong_field"),
                Arguments.of("a field on the way that is a text", bytes("{\"after\":\"question\"}"), "wrong_field"),
                Arguments.of("no field of it", bytes("{\"before\":{}}"), "wrong_field"),
                Arguments.of("a list", bytes("[1,2]"), "wrong_field"),
                Arguments.of("a text", bytes("\"question\""), "wrong_field"),
                Arguments.of("nothing", bytes("null"), "wrong_field"),
                Arguments.of(
                        "no answer", bytes("{\"after\":{\"question\":\"q\",\"answer\":null}}"), "no_assistant_text"),
                Arguments.of("bytes that are no text", new byte[] {(byte) 0xff, (byte) 0xfe, 0}, "not_utf8"));
    }

    @Test
    void recordsOfWhichTheMappingFindsNothingAreKeptWhole() {
        for (int record = 0; record < 3; record++) {
            say(0, "{\"instruction\":\"q" + record + "\",\"output\":\"a\"}");
        }
        try (ConnectorReading reading = reading(mapped(), 100)) {
            reading.step();
        }

        assertThat(versions().resolve("stream").samples())
                .as("they are rows, but not where the mapping says")
                .isZero();
        assertThat(versions().resolve("stream").dropped()).as("each of them").isEqualTo(Map.of("wrong_field", 3L));
        assertThat(new String(
                        storage.objects()
                                .get(StorageLayout.blob(growth().slice()
                                        .quarantine()
                                        .orElseThrow()
                                        .digest())),
                        UTF_8))
                .contains("q0", "q1", "q2");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** A tombstone says that something is gone elsewhere; rows that were taken stay. */
    @Test
    void tombstonesAndEmptyRecordsAreReadOver() {
        say(0, null);
        say(0, "");
        say(0, asked("good"));
        say(0, null);
        try (ConnectorReading reading = reading(mapped(), 100)) {
            reading.step();
        }

        assertThat(versions().resolve("stream").samples()).isEqualTo(1);
        assertThat(growth().connectors().getFirst().offsets()).containsEntry("0", 4L);
    }

    /** Where files are told by how they begin, each of these makes another kind of file, or an archive, of all that follows. */
    @ParameterizedTest
    @ValueSource(
            strings = {"[{\"instruction\":\"q\",\"output\":\"a\"}]", "PAR1", "ARROW1", "instruction,output", "tar"})
    void aRecordThatLooksLikeAnotherKindOfFileTakesNoOtherRowsAlong(String first) throws Exception {
        topic.get(0)
                .add(
                        first.equals("tar")
                                ? Archives.of(tar -> Archives.put(tar, "x.jsonl", new byte[0]))
                                : first.getBytes(UTF_8));
        say(0, "{\"instruction\":\"a\",\"output\":\"b\"}");
        try (ConnectorReading reading = reading(new ConnectorDefined("events", 1, TOPIC, "stream", 0, Map.of()), 100)) {
            reading.step();
        }

        assertThat(versions().resolve("stream").samples()).isEqualTo(1);
        assertThat(growth().slice().quarantined().values()).containsExactly(1L);
    }

    @Test
    void recordsThatAreRowsNeedNoMappingAndMayStandOnSeveralLines() {
        say(0, "{\n  \"instruction\": \"a\",\r\n  \"output\": \"x\\ny\"\n}");
        try (ConnectorReading reading = reading(new ConnectorDefined("events", 1, TOPIC, "stream", 0, Map.of()), 100)) {
            reading.step();
        }

        assertThat(versions().resolve("stream").samples()).isEqualTo(1);
    }

    @Test
    void aDeathAtAnyMomentLosesNoRecordAndCountsNoneTwice() {
        for (int record = 0; record < 4; record++) {
            say(record % 2, asked("q" + record));
        }
        MemoryStorage calm = new MemoryStorage();
        readAll(calm);
        int operations = calm.operations().size();
        assertThat(operations).isGreaterThan(10);
        for (Fault fault : List.of(Fault.DEATH_BEFORE, Fault.DEATH_AFTER, Fault.REPLY_LOST, Fault.SERVER_ERROR)) {
            for (int at = 0; at < operations; at++) {
                MemoryStorage damaged = new MemoryStorage();
                damaged.fail(FaultPlan.once(at, fault));
                for (int life = 0; life < 3; life++) {
                    try {
                        readAll(damaged);
                    } catch (ProcessDeath | StorageException ended) {
                        assertThat(ended).isNotNull();
                    }
                }
                damaged.fail(FaultPlan.NONE);
                var version = new DatasetVersions(new NumberedObjects(damaged)).resolve("stream");
                assertThat(version.samples()).as("%s at %d", fault, at).isEqualTo(4);
                assertThat(version.growth().orElseThrow().connectors())
                        .containsExactly(new ConnectorPosition("events", TOPIC, Map.of("0", 2L, "1", 2L)));
            }
        }
    }

    private void readAll(MemoryStorage used) {
        try (ConnectorReading reading = reading(used, mapped(), 100)) {
            reading.step();
            reading.step();
        }
    }

    @Test
    void anotherTopicUnderTheSameNameIsReadFromItsBeginning() {
        say(0, asked("a"));
        try (ConnectorReading reading = reading(mapped(), 100)) {
            reading.step();
        }
        ConnectorDefined moved = new ConnectorDefined("other", 1, TOPIC, "stream", 0, mapped().mapping());
        try (ConnectorReading reading = reading(moved, 100)) {
            reading.step();
        }

        assertThat(versions().resolve("stream").version().value())
                .as("all of it is known")
                .isEqualTo("stream@1");
    }

    @Test
    void aDataSetThatDoesNotGrowIsRefusedWithItsReason() {
        new DatasetImport(
                        new BlobStore(storage, Duration.ofHours(1)),
                        versions(),
                        new DatasetLimits(directory, 2_000, 1 << 20))
                .run(
                        "stream",
                        Optional.empty(),
                        new ByteArrayInputStream("{\"instruction\":\"q\",\"output\":\"a\"}".getBytes(UTF_8)));
        say(0, asked("a"));
        try (ConnectorReading reading = reading(mapped(), 100)) {
            assertThatThrownBy(reading::step)
                    .isInstanceOf(RefusalException.class)
                    .hasMessageContaining("does not grow");
        }
    }

    @Test
    void aTopicThatIsNotThereYetIsWaitedFor() {
        MockConsumer<byte[], byte[]> empty = new MockConsumer<>(AutoOffsetResetStrategy.EARLIEST.name());
        try (ConnectorReading reading = new ConnectorReading(
                mapped(),
                empty,
                name -> Optional.empty(),
                null,
                null,
                new ConnectorLimits(1, 1, Duration.ZERO, Duration.ofSeconds(5)),
                NOW)) {
            reading.step();

            assertThat(reading.isAssigned()).isFalse();
        }
    }
}
