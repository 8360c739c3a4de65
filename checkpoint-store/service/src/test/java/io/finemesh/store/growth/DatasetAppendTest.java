package io.finemesh.store.growth;

import static io.finemesh.store.growth.GrowingStore.alpaca;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.store.AppendReceipt;
import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.store.archive.Archives;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.MemoryStorage.ProcessDeath;
import io.finemesh.store.storage.StorageException;
import io.finemesh.store.storage.StorageLayout;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetAppendTest {
    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();

    @Test
    void partsInAnArchiveAreOneSlice() throws Exception {
        GrowingStore store = store();
        store.append("d", Archives.of(tar -> {
            Archives.put(tar, "0.jsonl", alpaca("a", "1").getBytes(UTF_8));
            Archives.put(tar, "1.jsonl", (alpaca("b", "2") + "\n" + alpaca("a", "1")).getBytes(UTF_8));
        }));

        assertThat(store.newest("d").version().value()).isEqualTo("d@1");
        assertThat(store.newest("d").growth().orElseThrow().slice().duplicates())
                .isEqualTo(1);
    }

    @Test
    void theFirstRecordsCreateTheDataSetAndFurtherOnesAreSlicesOfTheirOwn() {
        AppendReceipt first = store().append("d", OptionalDouble.of(0), alpaca("a", "1") + "\n" + alpaca("b", "2"));
        AppendReceipt second = store().append("d", alpaca("c", "3"));

        assertThat(first.dataset().version()).isEqualTo(new DatasetVersion("d@1"));
        assertThat(second.dataset().version()).isEqualTo(new DatasetVersion("d@2"));
        assertThat(second.dataset().samples()).isEqualTo(3);
        assertThat(second.samples()).isEqualTo(1);
        assertThat(store().training("d@1")).hasSize(2);
        assertThat(store().training("d@2"))
                .hasSize(3)
                .startsWith(store().training("d@1").toArray(String[]::new));
        DatasetSlice slice = second.dataset().growth().orElseThrow().slice();
        assertThat(slice.number()).isEqualTo(2);
        assertThat(slice.origin()).isEqualTo("request");
        assertThat(slice.characters()).isEqualTo(2);
        assertThat(slice.estimatedTokens()).isEqualTo(1);
        assertThat(slice.lengths()).as("one row of two characters").containsExactly(0L, 1L);
    }

    @Test
    void documentsDoNotGrow() {
        assertThatThrownBy(() ->
                        store().append("d", Optional.of("documents"), OptionalDouble.empty(), "{\"question\":\"q\"}"))
                .isInstanceOf(RefusalException.class)
                .hasMessageContaining("documents are not");
    }

    @Test
    void contentThatIsThereIsADuplicateHoweverItIsSpelled() {
        store().append("d", OptionalDouble.of(0), alpaca("Add.", "2"));

        AppendReceipt again = store().append(
                        "d",
                        "[{\"messages\":[{\"role\":\"user\",\"content\":\"Add.\"},{\"role\":\"assistant\",\"content\":\"2\"}]},"
                                + "{\"messages\":[{\"role\":\"user\",\"content\":\"New.\"},{\"role\":\"assistant\",\"content\":\"3\"}]},"
                                + "{\"messages\":[{\"role\":\"user\",\"content\":\"New.\"},{\"role\":\"assistant\",\"content\":\"3\"}]}]");

        assertThat(again.samples()).isEqualTo(1);
        assertThat(again.duplicates()).isEqualTo(2);
        assertThat(store().training("d")).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void theSameRequestAgainMakesNoVersion() {
        String rows = alpaca("a", "1") + "\nnot json\n";
        AppendReceipt first = store().append("d", rows);

        AppendReceipt again = store().append("d", rows);

        assertThat(first.grew()).isTrue();
        assertThat(again.grew()).isFalse();
        assertThat(again.dataset()).isEqualTo(first.dataset());
        assertThat(again.duplicates()).isEqualTo(1);
        assertThat(again.quarantined()).as("kept already").isEmpty();
    }

    @Test
    void whatCannotBeTakenIsKeptWithItsReason() throws IOException {
        AppendReceipt receipt = store().append(
                        "d",
                        OptionalDouble.of(0),
                        alpaca("a", "1")
                                + "\n{\"instruction\":\"b\"}\n{\"instruction\":7,\"output\":\"x\"}\nnot \"json\"\n");

        assertThat(receipt.samples()).isEqualTo(1);
        assertThat(receipt.quarantined().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(3);
        assertThat(receipt.quarantinedExamples()).hasSize(3).allMatch(example -> example.startsWith("line "));
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        store().quarantine.write("d", kept);
        List<String> lines = kept.toString(UTF_8).lines().toList();
        assertThat(lines).hasSize(3).allMatch(line -> line.startsWith("{\"slice\":1,\"number\":"));
        assertThat(lines.get(2))
                .contains("\"number\":4")
                .contains("\"reason\":\"not_json\"")
                .contains("\"row\":\"not \\\"json\\\"\"");
    }

    @Test
    void recordsOfWhichNoneCanBeTakenAreKeptToo() {
        AppendReceipt receipt = store().append("d", "not json");

        assertThat(receipt.grew()).isTrue();
        assertThat(receipt.dataset().samples()).isZero();
        assertThat(receipt.dataset().dropped()).isEqualTo(Map.of("not_json", 1L));
        assertThat(store().append("d", "not json").grew()).isFalse();
    }

    @Test
    void aQuestionNeverChangesSidesWhateverComesWhen() {
        Random random = new Random(20260101L);
        GrowingStore store = store();
        Set<String> trainedOn = new HashSet<>();
        Set<String> evaluatedOn = new HashSet<>();
        for (int round = 1; round <= 30; round++) {
            String rows = IntStream.range(0, 20)
                    .mapToObj(each -> alpaca("question " + random.nextInt(300), "answer " + random.nextInt(3)))
                    .collect(Collectors.joining("\n"));
            store.append("d", round == 1 ? OptionalDouble.of(0.25) : OptionalDouble.empty(), rows);
            store.training("d").forEach(row -> trainedOn.add(question(row)));
            store.heldOut("d").forEach(row -> evaluatedOn.add(question(row)));
        }

        assertThat(trainedOn).doesNotContainAnyElementsOf(evaluatedOn);
        double share = evaluatedOn.size() / (double) (evaluatedOn.size() + trainedOn.size());
        assertThat(share).isBetween(0.15, 0.35);
    }

    private static String question(String row) {
        return row.replaceFirst(",\\{\"role\":\"assistant\".*", "");
    }

    @Test
    void whatIsHeldOutIsAVersionOfItsOwn() {
        GrowingStore store = store();
        String rows =
                IntStream.range(0, 50).mapToObj(each -> alpaca("q" + each, "a")).collect(Collectors.joining("\n"));
        AppendReceipt receipt = store.append("d", OptionalDouble.of(0.5), rows);

        var heldOut = store.versions.resolve("d@1:held-out");

        assertThat(heldOut.version()).isEqualTo(new DatasetVersion("d@1:held-out"));
        assertThat(heldOut.samples()).isEqualTo(receipt.heldOutSamples()).isPositive();
        assertThat(heldOut.blob())
                .isEqualTo(receipt.dataset().growth().orElseThrow().heldOut());
        assertThat(store.versions.resolve("d:held-out")).isEqualTo(heldOut);
    }

    @Test
    void aDeathAtAnyMomentLosesNoRowAndCountsNoneTwice() {
        String first = alpaca("a", "1") + "\n" + alpaca("b", "2") + "\nnot json";
        String second = alpaca("b", "2") + "\n" + alpaca("c", "3");
        int operations = operationsOf(first, second);
        for (Fault fault :
                List.of(Fault.DEATH_BEFORE, Fault.DEATH_AFTER, Fault.REPLY_LOST, Fault.SERVER_ERROR, Fault.BODY_CUT)) {
            for (int at = 0; at < operations; at++) {
                MemoryStorage damaged = new MemoryStorage();
                damaged.fail(FaultPlan.once(at, fault));
                untilDone(damaged, first);
                untilDone(damaged, second);
                damaged.fail(FaultPlan.NONE);
                GrowingStore store = new GrowingStore(damaged, directory);
                assertThat(store.training("d"))
                        .as("%s at %d", fault, at)
                        .hasSize(3)
                        .doesNotHaveDuplicates();
                assertThat(store.newest("d").samples()).isEqualTo(3);
                assertThat(store.growing.slices("d")).hasSize(2);
                assertThat(store.newest("d").dropped()).isEqualTo(Map.of("not_json", 1L));
            }
        }
    }

    private int operationsOf(String... requests) {
        MemoryStorage calm = new MemoryStorage();
        for (String rows : requests) {
            new GrowingStore(calm, directory).append("d", OptionalDouble.of(0), rows);
        }
        assertThat(calm.operations()).hasSizeGreaterThan(10);
        return calm.operations().size();
    }

    /** A sender that sends again until it is answered; each attempt is a new process. */
    private void untilDone(MemoryStorage damaged, String rows) {
        for (int attempt = 0; attempt < 3; attempt++) {
            try {
                new GrowingStore(damaged, directory).append("d", OptionalDouble.of(0), rows);
                return;
            } catch (ProcessDeath | StorageException sentAgain) {
                // The sender heard nothing good, and sends again.
            }
        }
        throw new AssertionError("never done");
    }

    @Test
    void writersInSeveralProcessesMakeOneRowOfOneContent() throws Exception {
        int writers = 4;
        int rounds = 8;
        List<Future<?>> done = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            for (int writer = 0; writer < writers; writer++) {
                int own = writer;
                GrowingStore process = new GrowingStore(storage, directory);
                done.add(threads.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        process.append(
                                "d",
                                OptionalDouble.of(0),
                                alpaca("shared " + round, "1") + "\n" + alpaca("own " + own + " " + round, "2"));
                    }
                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        }

        assertThat(store().training("d")).hasSize(rounds + writers * rounds).doesNotHaveDuplicates();
        assertThat(store().newest("d").samples()).isEqualTo(rounds + (long) writers * rounds);
        List<DatasetSlice> slices = store().growing.slices("d");
        assertThat(slices.stream().map(DatasetSlice::number))
                .isEqualTo(IntStream.rangeClosed(1, slices.size()).boxed().toList());
    }

    @Test
    void whatContradictsTheDataSetIsRefusedWithWhatToDo() {
        GrowingStore store = store();
        store.imports.run(
                "whole",
                Optional.empty(),
                new ByteArrayInputStream(alpaca("a", "1").getBytes(UTF_8)));
        store.append("d", OptionalDouble.of(0.2), alpaca("a", "1"));

        refused(() -> store.append("whole", alpaca("b", "2")), Kind.CONFLICT, "send records to another name");
        refused(() -> store.removals.run("whole", "1.1", "it is wrong"), Kind.CONFLICT, "upload it again");
        refused(() -> store.append("d", OptionalDouble.of(0.3), alpaca("b", "2")), Kind.CONFLICT, "holds out 0.2");
        refused(() -> store.append("d", OptionalDouble.of(2), alpaca("b", "2")), Kind.MALFORMED, "from 0 to 0.9");
        refused(
                () -> store.append("d", OptionalDouble.of(Double.NaN), alpaca("b", "2")),
                Kind.MALFORMED,
                "from 0 to 0.9");
        refused(() -> store.append("d", " \n\n"), Kind.NOT_USABLE, "there are no rows");
        refused(() -> store.append("d/e", alpaca("b", "2")), Kind.MALFORMED, "not allowed");
        refused(() -> store.append("d", "PAR1...."), Kind.NOT_USABLE, "Parquet");
        refused(
                () -> store.imports.run(
                        "d",
                        Optional.empty(),
                        new ByteArrayInputStream(alpaca("z", "1").getBytes(UTF_8))),
                Kind.CONFLICT,
                "grows by records");
        refused(() -> store.versions.resolve("whole:held-out"), Kind.UNKNOWN, "holds nothing out");
        refused(() -> store.growing.slices("none"), Kind.UNKNOWN, "the first records");
        assertThat(storage.objects().keySet().stream().filter(key -> key.startsWith(StorageLayout.DATASETS)))
                .hasSize(2);
    }

    private static void refused(Runnable request, Kind kind, String words) {
        assertThatThrownBy(request::run)
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.kind())
                        .isEqualTo(kind))
                .hasMessageContaining(words);
    }

    @Test
    void aParquetFileIsAddedLikeAnyOtherRowsAndWhatItDropsIsQuarantinedAsJson() throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType(
                "message rows { optional binary instruction (UTF8); optional binary output (UTF8); }");
        Path file = directory.resolve("more.parquet");
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withType(schema)
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .build()) {
            writer.write(new SimpleGroup(schema).append("instruction", "a").append("output", "1"));
            writer.write(new SimpleGroup(schema).append("instruction", "b").append("output", "2"));
            writer.write(new SimpleGroup(schema).append("instruction", "no answer"));
        }
        GrowingStore store = store();
        store.append("d", OptionalDouble.of(0), alpaca("a", "1"));

        AppendReceipt receipt = store.append("d", Files.readAllBytes(file));

        assertThat(receipt.samples()).isEqualTo(1);
        assertThat(receipt.duplicates()).isEqualTo(1);
        assertThat(receipt.quarantined()).containsExactly(Map.entry("no_assistant_text", 1L));
        assertThat(store.training("d")).hasSize(2);
    }

    @Test
    void moreRowsThanOneRequestMayHaveAreRefusedAndNothingIsKept() {
        String row = alpaca("q".repeat(900), "a");
        String rows = IntStream.range(0, 1_500)
                .mapToObj(each -> alpaca(each + "q".repeat(900), "a"))
                .collect(Collectors.joining("\n"));

        refused(() -> store().append("d", rows), Kind.TOO_LARGE, "several requests");

        assertThat(storage.objects()).isEmpty();
        assertThat(store().append("d", OptionalDouble.of(0), row).samples()).isEqualTo(1);
    }

    private GrowingStore store() {
        return new GrowingStore(storage, directory);
    }
}
