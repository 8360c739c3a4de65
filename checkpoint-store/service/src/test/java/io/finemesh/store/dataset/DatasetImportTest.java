package io.finemesh.store.dataset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.dataset.Layout;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.NumberedObjects;
import io.finemesh.store.storage.StorageFullException;
import io.finemesh.store.storage.StorageLayout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DatasetImportTest {
    private static final String ALPACA = "{\"instruction\":\"Add.\",\"input\":\"1+1\",\"output\":\"2\"}";
    private static final String OPENAI =
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Add.\\n1+1\"},{\"role\":\"assistant\",\"content\":\"2\"}]}";
    private static final int LONGEST = 2000;

    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();

    @Test
    void bothFormsComeToTheSameRowsAndThusTheSameVersion() {
        String joined = "{\"instruction\":\"Add.\\n1+1\",\"input\":\"\",\"output\":\"2\"}";
        DatasetDescriptor alpaca = run("d", Optional.of("alpaca"), joined).descriptor();
        DatasetDescriptor openai = run("d", Optional.of("openai"), OPENAI).descriptor();

        assertThat(rows(alpaca)).isEqualTo(OPENAI + "\n");
        assertThat(openai).isEqualTo(alpaca);
        assertThat(alpaca.version()).isEqualTo(new DatasetVersion("d@1"));
        assertThat(alpaca.samples()).isEqualTo(1);
        assertThat(alpaca.dropped()).isEmpty();
    }

    @Test
    void columnsAreCalledWhatALayoutSays() throws Exception {
        Layout layout =
                Layout.of("d", new ObjectMapper().readTree("{\"columns\":{\"prompt\":\"q\",\"response\":\"a\"}}"));
        byte[] row = "{\"q\":\"x\",\"a\":\"y\",\"system\":\"not listed\"}".getBytes(UTF_8);

        DatasetDescriptor dataset = importer()
                .run("d", Optional.empty(), layout, Optional.empty(), new ByteArrayInputStream(row))
                .descriptor();

        assertThat(rows(dataset))
                .isEqualTo(
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":\"y\"}]}\n");
        assertThat(dataset.format()).isEqualTo("alpaca");
        assertThatThrownBy(() -> importer()
                        .run("d", Optional.of("openai"), layout, Optional.empty(), new ByteArrayInputStream(row)))
                .isInstanceOf(RefusalException.class)
                .hasMessageContaining("the format is openai, but the layout is one of alpaca");
    }

    @Test
    void theFormIsToldByTheFirstRowThatShowsOne() {
        DatasetDescriptor dataset = run("d", Optional.empty(), "not json\n{}\n" + OPENAI + "\n" + ALPACA)
                .descriptor();

        assertThat(dataset.format()).isEqualTo("openai");
        assertThat(dataset.samples()).isEqualTo(1);
        assertThat(dataset.dropped()).isEqualTo(Map.of("not_json", 1L, "empty", 1L, "wrong_field", 1L));
    }

    @Test
    void otherRowsAreTheNextVersionAndTheOldOneStays() {
        DatasetDescriptor first = run("d", Optional.empty(), OPENAI).descriptor();
        DatasetDescriptor second =
                run("d", Optional.empty(), OPENAI.replace("2", "two")).descriptor();

        assertThat(second.version()).isEqualTo(new DatasetVersion("d@2"));
        assertThat(versions().resolve("d")).isEqualTo(second);
        assertThat(versions().resolve("d@1")).isEqualTo(first);
        assertThat(versions().all()).containsExactly(second);
        assertThat(rows(first)).isEqualTo(OPENAI + "\n");
    }

    @Test
    void theSameRowsFromAnotherPlaceAreTheNextVersion() {
        run("d", Optional.empty(), OPENAI);
        DatasetDescriptor fetched = fetched("hub:a/b@1:rows");

        assertThat(fetched.version()).isEqualTo(new DatasetVersion("d@2"));
        assertThat(fetched.source()).contains("hub:a/b@1:rows");
        assertThat(fetched("hub:a/b@1:rows")).isEqualTo(fetched);
        assertThat(run("d", Optional.empty(), OPENAI).descriptor())
                .as("nobody says that they are from elsewhere")
                .isEqualTo(fetched);
        assertThat(fetched("hub:a/b@2:rows").version()).isEqualTo(new DatasetVersion("d@3"));
    }

    private DatasetDescriptor fetched(String source) {
        return importer()
                .run(
                        "d",
                        Optional.empty(),
                        Layout.STANDARD,
                        Optional.of(source),
                        new ByteArrayInputStream(OPENAI.getBytes(UTF_8)))
                .descriptor();
    }

    @Test
    void listsAndTablesOfRowsAreTakenToo() {
        String list = rows(run("list", Optional.empty(), "[" + ALPACA + ",\n" + ALPACA + "]")
                .descriptor());
        String lines =
                rows(run("lines", Optional.empty(), ALPACA + "\n" + ALPACA).descriptor());
        String table = rows(run("table", Optional.empty(), "instruction,output\nq,\"a, \"\"b\"\"\"\n")
                .descriptor());

        assertThat(list).isEqualTo(lines);
        assertThat(table)
                .isEqualTo(
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a, \\\"b\\\"\"}]}\n");
    }

    @Test
    void documentsStayAsTheyAre() {
        String question = "{\"question\":\"2+2?\",\"options\":[\"A)3\",\"B)4\"],\"correct\":\"B\"}";
        DatasetDescriptor documents = run("d", Optional.of("documents"), question + "\n" + OPENAI + "\nnot json\n")
                .descriptor();

        assertThat(documents.format()).isEqualTo("documents");
        assertThat(rows(documents)).isEqualTo(question + "\n");
        assertThat(documents.samples()).isEqualTo(1);
        assertThat(documents.dropped()).isEqualTo(Map.of("wrong_field", 1L, "not_json", 1L));
        assertThatThrownBy(() -> run("e", Optional.empty(), question))
                .isInstanceOfSatisfying(
                        RefusalException.class, refused -> assertThat(String.join(" ", refused.errors()))
                                .contains("documents"));
    }

    @Test
    void completionsAndShareGptComeDownToMessages() {
        DatasetDescriptor text =
                run("t", Optional.empty(), "{\"text\":\"once\"}").descriptor();
        DatasetDescriptor chat = run(
                        "s",
                        Optional.empty(),
                        "{\"conversations\":[{\"from\":\"human\",\"value\":\"q\"},{\"from\":\"gpt\",\"value\":\"a\"}],\"system\":\"s\"}")
                .descriptor();

        assertThat(text.format()).isEqualTo("completion");
        assertThat(rows(text)).isEqualTo("{\"messages\":[{\"role\":\"assistant\",\"content\":\"once\"}]}\n");
        assertThat(chat.format()).isEqualTo("sharegpt");
        assertThat(rows(chat)).contains("\"system\",\"content\":\"s\"").contains("\"user\",\"content\":\"q\"");
    }

    @Test
    void systemAndHistoryOfAlpacaRowsAreTurns() {
        DatasetDescriptor dataset = run(
                        "d",
                        Optional.of("alpaca"),
                        "{\"instruction\":\"c\",\"input\":\"\",\"output\":\"d\",\"system\":\"s\",\"history\":[[\"a\",\"b\"]],\"id\":7}")
                .descriptor();

        assertThat(rows(dataset))
                .isEqualTo(
                        "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"a\"},"
                                + "{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":\"c\"},"
                                + "{\"role\":\"assistant\",\"content\":\"d\"}]}\n");
    }

    @Test
    void contentIsKeptVerbatim() {
        String content = " <|im_end|> \\\"quoted\\\" \\u00e9\\ud83d\\ude00 \\t tab ";

        DatasetDescriptor dataset = run(
                        "d",
                        Optional.empty(),
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"" + content
                                + "\"},{\"role\":\"assistant\",\"content\":\"a\"}]}")
                .descriptor();

        assertThat(rows(dataset)).contains(" <|im_end|> \\\"quoted\\\" é😀 \\t tab ");
    }

    @Test
    void markCarriageReturnsAndBlankLinesAtTheEndDoNoHarm() {
        DatasetDescriptor dataset = run("d", Optional.empty(), "\uFEFF" + OPENAI + "\r\n" + ALPACA + "\r\n\r\n  \n")
                .descriptor();

        assertThat(dataset.samples()).isEqualTo(1);
        assertThat(dataset.dropped()).isEqualTo(Map.of("wrong_field", 1L));
    }

    static Stream<Arguments> droppedRows() {
        return Stream.of(
                // Any form.
                Arguments.of("alpaca", "", "empty", "line 1: empty: the line is blank"),
                Arguments.of("alpaca", "{}", "empty", "no field"),
                Arguments.of("alpaca", "not json", "not_json", "Unrecognized token"),
                Arguments.of("alpaca", "{\"output\":\"a\"", "not_json", "column"),
                Arguments.of("alpaca", "{\"output\":\"a\"} trailing", "not_json", "token"),
                Arguments.of("alpaca", "[1,2]", "wrong_field", "not a JSON object"),
                Arguments.of("alpaca", "\"text\"", "wrong_field", "not a JSON object"),
                Arguments.of("alpaca", "{\"output\":\"a\",\"output\":\"b\"}", "duplicate_key", "output"),
                Arguments.of("alpaca", "{\"output\":\"\u00ff\"}", "not_utf8", "not UTF-8"),
                Arguments.of("alpaca", alpaca("q", "\\ud800"), "not_utf8", "surrogate"),
                Arguments.of("alpaca", alpaca("q", "x".repeat(LONGEST)), "line_too_long", "longer"),
                Arguments.of("alpaca", "[".repeat(500), "not_json", ""),
                // Alpaca.
                Arguments.of("alpaca", "{\"text\":\"a\"}", "wrong_field", "none of instruction"),
                Arguments.of(
                        "alpaca", "{\"instruction\":1,\"output\":\"a\"}", "wrong_field", "instruction is not text"),
                Arguments.of("alpaca", "{\"instruction\":\"q\",\"output\":[]}", "wrong_field", "output is not text"),
                Arguments.of("alpaca", "{\"instruction\":\"q\",\"output\":null}", "no_assistant_text", "output"),
                Arguments.of("alpaca", "{\"instruction\":\"q\"}", "no_assistant_text", "output"),
                Arguments.of("alpaca", alpaca("q", " \\n"), "no_assistant_text", "output"),
                Arguments.of("alpaca", alpaca("", ""), "empty", "no text"),
                Arguments.of("alpaca", alpaca("", "a"), "empty", "message 1 has no text"),
                Arguments.of(
                        "alpaca",
                        "{\"instruction\":\"q\",\"output\":\"a\",\"history\":[[\"1\",\"2\",\"3\"]]}",
                        "wrong_field",
                        "not a pair"),
                Arguments.of(
                        "alpaca",
                        "{\"instruction\":\"q\",\"output\":\"a\",\"history\":\"x\"}",
                        "wrong_field",
                        "history"),
                // OpenAI.
                Arguments.of("openai", "{\"messages\":[]}", "empty", "no message"),
                Arguments.of("openai", "{\"messages\":{}}", "wrong_field", "not a list"),
                Arguments.of("openai", ALPACA, "wrong_field", "messages is missing"),
                Arguments.of("openai", "{\"messages\":[1]}", "wrong_field", "role (missing)"),
                Arguments.of("openai", messages("tool:x"), "no_assistant_text", "no assistant message"),
                Arguments.of("openai", messages("robot:x"), "wrong_field", "allowed: system, user, assistant, tool"),
                Arguments.of("openai", "{\"messages\":[{\"role\":\"user\",\"content\":7}]}", "wrong_field", "content"),
                Arguments.of(
                        "openai",
                        "{\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{}]}]}",
                        "wrong_field",
                        "call without the name"),
                Arguments.of("openai", messages("user:q"), "no_assistant_text", "no assistant"),
                Arguments.of("openai", messages("user:q", "assistant:"), "no_assistant_text", "no assistant"),
                Arguments.of("openai", messages("user:", "assistant:a"), "empty", "message 1"),
                Arguments.of("openai", messages("assistant:a"), "wrong_order", "message 1"),
                Arguments.of("openai", messages("system:s", "assistant:a"), "wrong_order", "message 2"),
                Arguments.of(
                        "openai",
                        messages("system:s", "system:s", "user:q", "assistant:a"),
                        "wrong_order",
                        "message 2"),
                Arguments.of("openai", messages("user:q", "user:q", "assistant:a"), "wrong_order", "message 2"),
                Arguments.of("openai", messages("user:q", "assistant:a", "user:q"), "wrong_order", "last"));
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @MethodSource("droppedRows")
    void aBadRowIsDroppedCountedAndExplained(String format, String row, String reason, String explanation) {
        String good = format.equals("alpaca") ? ALPACA : OPENAI;
        // Latin 1, so that the table can hold bytes that are no UTF-8.
        byte[] bytes = (row + "\n" + good + "\n").getBytes(ISO_8859_1);

        ImportedDataset dataset = importer().run("d", Optional.of(format), new ByteArrayInputStream(bytes));

        assertThat(dataset.descriptor().samples()).isEqualTo(1);
        assertThat(dataset.descriptor().dropped()).isEqualTo(Map.of(reason, 1L));
        assertThat(dataset.droppedExamples()).singleElement().satisfies(example -> assertThat(example)
                .startsWith("line 1: " + reason + ": ")
                .contains(explanation)
                .doesNotContain("\n")
                .doesNotContain("REDACTED")
                .hasSizeLessThan(300));
    }

    @Test
    void manyDroppedRowsAreAllCountedAndAFewExplained() {
        ImportedDataset dataset = run("d", Optional.empty(), "x\n".repeat(1000) + "\n".repeat(500) + OPENAI);

        assertThat(dataset.descriptor().dropped()).isEqualTo(Map.of("not_json", 1000L, "empty", 500L));
        assertThat(dataset.droppedExamples()).hasSize(20);
    }

    @Test
    void notOneUsableRowIsAnErrorWithTheFirstReasons() {
        assertThatThrownBy(() -> run("d", Optional.of("openai"), messages("user:q") + "\nx"))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> {
                    assertThat(refusal.kind()).isEqualTo(Kind.NOT_USABLE);
                    assertThat(refusal.getMessage()).contains("2 rows").contains("no_assistant_text=1");
                    assertThat(refusal.errors()).hasSize(2);
                });
        assertThatThrownBy(() -> run("d", Optional.empty(), "\n\n"))
                .isInstanceOf(RefusalException.class)
                .hasMessageContaining("no rows");
        assertThatThrownBy(() -> run("d", Optional.empty(), "[\n{\"instruction\":\n\"a\"\n}]"))
                .isInstanceOf(RefusalException.class)
                .hasMessageContaining("no_assistant_text=1");
        assertThatThrownBy(() -> run("d", Optional.empty(), "one\ntwo"))
                .isInstanceOf(RefusalException.class)
                .hasMessageContaining("one JSON object a line, a list of JSON objects, or CSV");
        assertThatThrownBy(() -> run("d", Optional.empty(), "PAR1\u0000\u0000"))
                .isInstanceOf(RefusalException.class)
                .hasMessageContaining("the Parquet file cannot be read");
        assertThat(storage.objects()).isEmpty();
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(
            strings = {"", "a/b", "../x", "a@1", ".hidden", "a b", "ck-0123456789abcdef0123456789abcdef"})
    void aNameThatCouldNotStandInAKeyIsRefused(String name) {
        assertThatThrownBy(() -> run(name, Optional.empty(), OPENAI))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.kind())
                        .isEqualTo(Kind.MALFORMED));
    }

    @Test
    void anUnknownFormIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> run("d", Optional.of("hermes"), OPENAI))
                .isInstanceOf(RefusalException.class)
                .hasMessageContaining("alpaca, openai, sharegpt, completion");
    }

    @Test
    void anUploadThatIsCutOffCommitsNothing() {
        InputStream broken = new InputStream() {
            private final byte[] sent = (OPENAI + "\n").getBytes(UTF_8);
            private int at;

            @Override
            public int read() throws IOException {
                if (at == sent.length) {
                    throw new IOException("connection reset");
                }
                return sent[at++];
            }
        };

        assertThatThrownBy(() -> importer().run("d", Optional.empty(), broken))
                .isInstanceOf(RefusalException.class)
                .hasMessageContaining("cut off");
        assertThat(storage.objects()).isEmpty();
    }

    @Test
    void rowsAboveTheLimitAreRefused() {
        DatasetImport small = new DatasetImport(
                new BlobStore(storage, Duration.ofHours(1)),
                versions(),
                new DatasetLimits(directory.resolve("work"), LONGEST, 150));

        assertThatThrownBy(() -> small.run(
                        "d",
                        Optional.empty(),
                        new ByteArrayInputStream((OPENAI + "\n" + OPENAI + "\n").getBytes(UTF_8))))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.kind())
                        .isEqualTo(Kind.TOO_LARGE));
    }

    @Test
    void deathOrALostReplyAtAnyOperationEndsInOneVersion() {
        storage.fail(FaultPlan.NONE);
        run("d", Optional.empty(), OPENAI);
        int operations = storage.operations().size();
        for (Fault fault : new Fault[] {Fault.DEATH_BEFORE, Fault.DEATH_AFTER, Fault.REPLY_LOST, Fault.SERVER_ERROR}) {
            for (int at = 0; at < operations; at++) {
                MemoryStorage dying = new MemoryStorage();
                dying.fail(FaultPlan.once(at, fault));
                try {
                    importer(dying).run("d", Optional.empty(), new ByteArrayInputStream(OPENAI.getBytes(UTF_8)));
                } catch (MemoryStorage.ProcessDeath | io.finemesh.store.storage.StorageException ended) {
                    assertThat(ended).isNotNull();
                }
                dying.fail(FaultPlan.NONE);
                importer(dying).run("d", Optional.empty(), new ByteArrayInputStream(OPENAI.getBytes(UTF_8)));

                assertThat(dying.objects().keySet())
                        .as("%s at %d", fault, at)
                        .isEqualTo(storage.objects().keySet());
            }
        }
    }

    @Test
    void aFullStorageIsSaid() {
        storage.fail(FaultPlan.always("put", Fault.FULL));

        assertThatThrownBy(() -> run("d", Optional.empty(), OPENAI)).isInstanceOf(StorageFullException.class);
    }

    @Test
    void whatDoesNotExistIsSaidWithWhatDoes() {
        run("one", Optional.empty(), OPENAI);

        assertThatThrownBy(() -> versions().resolve("two"))
                .isInstanceOf(RefusalException.class)
                .hasMessageContaining("there are one");
        assertThatThrownBy(() -> versions().resolve("one@7"))
                .isInstanceOf(RefusalException.class)
                .hasMessageContaining("the newest is 1");
        assertThatThrownBy(() -> versions().resolve("one@latest"))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.kind())
                        .isEqualTo(Kind.MALFORMED));
    }

    @Test
    void readsTheToyChatsOfTheOpenAiCookbook() throws IOException {
        Path toy = Path.of(System.getProperty("finemesh.shared", "../shared"), "data/sft/openai_toy_chat_first4.jsonl");
        assumeTrue(Files.exists(toy), "no real rows: " + toy + " is missing");

        DatasetDescriptor dataset =
                run("toy", Optional.empty(), Files.readString(toy)).descriptor();

        assertThat(dataset.samples()).isEqualTo(3);
        assertThat(dataset.dropped()).isEqualTo(Map.of("wrong_order", 1L));
    }

    private static String alpaca(String instruction, String output) {
        return "{\"instruction\":\"" + instruction + "\",\"output\":\"" + output + "\"}";
    }

    private static String messages(String... turns) {
        StringBuilder json = new StringBuilder("{\"messages\":[");
        for (String turn : turns) {
            String[] parts = turn.split(":", 2);
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
                    .append("{\"role\":\"")
                    .append(parts[0])
                    .append("\",\"content\":\"")
                    .append(parts[1])
                    .append("\"}");
        }
        return json.append("]}").toString();
    }

    private ImportedDataset run(String name, Optional<String> format, String rows) {
        return importer().run(name, format, new ByteArrayInputStream(rows.getBytes(UTF_8)));
    }

    private String rows(DatasetDescriptor dataset) {
        return new String(
                storage.objects().get(StorageLayout.blob(dataset.blob().digest())), UTF_8);
    }

    private DatasetVersions versions() {
        return new DatasetVersions(new NumberedObjects(storage));
    }

    private DatasetImport importer() {
        return importer(storage);
    }

    private DatasetImport importer(MemoryStorage used) {
        return new DatasetImport(
                new BlobStore(used, Duration.ofHours(1)),
                new DatasetVersions(new NumberedObjects(used)),
                new DatasetLimits(directory.resolve("work"), LONGEST, 1 << 20));
    }
}
