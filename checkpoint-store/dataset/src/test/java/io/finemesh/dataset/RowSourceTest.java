package io.finemesh.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.dataset.Row.Document;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Row.Kept;
import io.finemesh.dataset.RowSource.Found;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RowSourceTest {
    private static final int LONGEST = 10_000;
    private static final Path SHARED = Path.of(System.getProperty("finemesh.shared", "../shared"), "data/sft");

    private static List<String> read(String text) throws IOException {
        return read(new ByteArrayInputStream(text.getBytes(UTF_8)), Layout.STANDARD);
    }

    private static List<String> read(InputStream in, Layout layout) throws IOException {
        return read(in, layout, LONGEST);
    }

    private static List<String> read(InputStream in, Layout layout, int longest) throws IOException {
        RowSource source = RowSource.open(in, new RowReader(layout.format(), layout, longest), longest);
        List<String> rows = new ArrayList<>();
        for (Optional<Found> next = source.next(); next.isPresent(); next = source.next()) {
            Found found = next.get();
            if (found.row().isEmpty()) {
                rows.add(found.number() + " blank");
                continue;
            }
            switch (found.row().get()) {
                case Kept kept -> {
                    StringBuilder words = new StringBuilder(found.number() + "");
                    kept.turns().forEach(turn -> words.append(' ')
                            .append(turn.role().name().charAt(0))
                            .append(':')
                            .append(turn.words())
                            .append(turn.calls().isEmpty() ? "" : turn.calls().toString()));
                    rows.add(words.toString());
                }
                case Document document -> rows.add(found.number() + " " + document.json());
                case Dropped dropped ->
                    rows.add(found.number() + " " + dropped.reason().wireName() + ": " + dropped.detail());
            }
        }
        return rows;
    }

    private static String alpaca(String question) {
        return "{\"instruction\":\"" + question + "\",\"output\":\"a\"}";
    }

    @Test
    void linesListsAndTablesGiveTheSameRows() throws IOException {
        List<String> expected = List.of("1 U:x A:a", "2 U:y A:a");

        assertThat(read(alpaca("x") + "\r\n" + alpaca("y"))).isEqualTo(expected);
        assertThat(read("\uFEFF [ \n" + alpaca("x") + "\n,\n" + alpaca("y") + "]\n"))
                .isEqualTo(expected);
        assertThat(read("\uFEFFinstruction,output\r\nx,a\r\n\"y\",\"a\"")).isEqualTo(expected);
    }

    @Test
    void quotedFieldsHoldCommasQuotesAndLineEnds() throws IOException {
        assertThat(read("output,instruction\n\"a,\"\"b\"\"\r\nc\",q\r\n")).containsExactly("1 U:q A:a,\"b\"\r\nc");
        assertThat(read("instruction,output\nx\nx,a,b\n\"x,a\n"))
                .containsExactly(
                        "1 wrong_field: the record has 1 fields; the first one names 2",
                        "2 wrong_field: the record has 3 fields; the first one names 2",
                        "3 wrong_field: a quoted field is not closed");
        assertThat(read("instruction,output\n" + "x".repeat(LONGEST) + ",a\ny,b\n"))
                .containsExactly("1 line_too_long: the record is longer than the longest that is taken", "2 U:y A:b");
    }

    @Test
    void aListThatBreaksKeepsWhatCameBefore() throws IOException {
        assertThat(read("[" + alpaca("x") + "," + alpaca("y")))
                .hasSize(3)
                .startsWith("1 U:x A:a", "2 U:y A:a")
                .last()
                .asString()
                .startsWith("3 not_json: Unexpected end-of-input");
        assertThat(read("[" + alpaca("x") + ", 7, " + alpaca("y") + "] 3"))
                .containsExactly(
                        "1 U:x A:a",
                        "2 wrong_field: the line is not a JSON object",
                        "3 U:y A:a",
                        "4 not_json: something follows the end of the list");
        assertThat(read("[" + alpaca("x") + ", {\"messages\":[" + "7,".repeat(30_000) + "7]}]"))
                .containsExactly("1 U:x A:a", "2 line_too_long: the row is longer than the longest that is taken");
        assertThat(read("[" + alpaca("x") + ", {\"output\":1,\"output\":2}]"))
                .hasSize(2)
                .last()
                .asString()
                .startsWith("2 duplicate_key");
    }

    @Test
    void listsWhereRowsBelongAreRefusedWithAHint() throws IOException {
        String messages = "[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"}]";

        assertThatThrownBy(() -> read(messages + "\n" + messages + "\n"))
                .isInstanceOf(RowSource.UnreadableFile.class)
                .hasMessageContaining("each line is a JSON list")
                .hasMessageContaining("write {\"messages\": [...]} around each");
        assertThat(read(messages)).hasSize(2).allMatch(row -> row.contains("one message is no row"));
    }

    @Test
    void filesOfOtherKindsAreRefusedByName() {
        assertThatThrownBy(() -> read("PAR1\u0015")).hasMessageContaining("a Parquet file is not read");
        assertThatThrownBy(() -> read("ARROW1\u0000")).hasMessageContaining("an Arrow file is not read");
    }

    @Test
    void everyFormIsToldByItsFields() throws IOException {
        assertThat(read(
                        "{\"conversations\":[{\"from\":\"system\",\"value\":\"s\"},{\"from\":\"human\",\"value\":\"q\"},"
                                + "{\"from\":\"gpt\",\"value\":\"a\"}],\"system\":\"not this\"}"))
                .containsExactly("1 S:s U:q A:a");
        assertThat(read("{\"text\":\"once upon\"}\n{\"text\":\"  \"}\n{\"text\":3}"))
                .containsExactly("1 A:once upon", "2 empty: text has no text", "3 wrong_field: text is not text");
        assertThat(read(
                        "{\"conversations\":[{\"from\":\"human\",\"value\":\"q\"},{\"from\":\"robot\",\"value\":\"a\"}]}\n"
                                + "{\"conversations\":[{\"from\":\"human\",\"value\":1}]}\n"
                                + "{\"conversations\":[{\"from\":\"function_call\",\"value\":\"{}\"}]}"))
                .containsExactly(
                        "1 wrong_field: turn 2 is from \"robot\"; allowed: human, gpt, system, function_call, observation",
                        "2 wrong_field: turn 1 has a value that is not text",
                        "3 wrong_field: turn 1 has a call without the name of a tool");
    }

    private static Layout layout(String json) throws IOException {
        return Layout.of("d", new ObjectMapper().readTree(json));
    }

    private static List<String> read(String rows, String layout) throws IOException {
        return read(new ByteArrayInputStream(rows.getBytes(UTF_8)), layout(layout));
    }

    @Test
    void columnsAndTagsAreRenamedAndUnlistedColumnsDoNotExist() throws IOException {
        assertThat(read(
                        "{\"q\":\"x\",\"a\":\"y\",\"system\":\"s\"}",
                        "{\"columns\":{\"prompt\":\"q\",\"response\":\"a\"}}"))
                .containsExactly("1 U:x A:y");
        assertThat(read("{\"body\":\"all\"}", "{\"columns\":{\"prompt\":\"body\"}}"))
                .containsExactly("1 A:all");
        assertThat(
                        read(
                                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":\"y\"}]}",
                                "{\"formatting\":\"sharegpt\",\"columns\":{\"messages\":\"messages\"},\"tags\":{\"role_tag\":\"role\","
                                        + "\"content_tag\":\"content\",\"user_tag\":\"user\",\"assistant_tag\":\"assistant\"}}"))
                .containsExactly("1 U:x A:y");
        assertThat(read(
                        "{\"m\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":\"y\"}],\"sys\":\"s\"}",
                        "{\"formatting\":\"openai\",\"columns\":{\"messages\":\"m\",\"system\":\"sys\"}}"))
                .containsExactly("1 S:s U:x A:y");
    }

    @Test
    void anEntryThatIsNotTakenSaysEverythingAtOnce() {
        assertThatThrownBy(() -> layout(
                        "{\"ranking\":true,\"formatting\":\"hermes\",\"columns\":{\"images\":\"i\",\"prompt\":3}}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'ranking' is true")
                .hasMessageContaining("'formatting' is 'hermes'; allowed: alpaca, sharegpt, openai")
                .hasMessageContaining("'columns' has 'images'; allowed: history, messages, prompt")
                .hasMessageContaining("'columns.prompt' is not text");
    }

    @Test
    void readsTheFilesOfLlamaFactory() throws IOException {
        assumeTrue(Files.isDirectory(SHARED), "no real rows: " + SHARED + " is missing");
        JsonNode info =
                new ObjectMapper().readTree(SHARED.resolve("dataset_info.json").toFile());

        assertThat(count("alpaca_en_demo.json", Layout.of("alpaca_en_demo", info.get("alpaca_en_demo")), " U:"))
                .isEqualTo(999);
        assertThat(count("c4_demo.jsonl", Layout.of("c4_demo", info.get("c4_demo")), " A:"))
                .isEqualTo(300);
        assertThat(count("identity.json", Layout.STANDARD, " U:")).isEqualTo(91);
        assertThat(count("sharegpt_dummy_conversation.json", Layout.STANDARD, " U:"))
                .isPositive();
    }

    @Test
    void whatTheUserSaysIsWhatLlamaFactoryMakesOfIt() throws Exception {
        Path golden = SHARED.resolve("../../golden/sft.json");
        assumeTrue(Files.exists(golden), "no expected figures: " + golden + " is missing");
        RowReader reader = new RowReader(Optional.empty(), 1 << 20);
        List<String> questions = new ArrayList<>();
        try (InputStream in = Files.newInputStream(SHARED.resolve("alpaca_en_demo.json"))) {
            RowSource source = RowSource.open(in, reader, 1 << 20);
            for (Optional<Found> next = source.next(); next.isPresent(); next = source.next()) {
                Kept kept = (Kept) next.get().row().orElseThrow();
                questions.add(kept.turns().get(0).words());
            }
        }

        byte[] digest = MessageDigest.getInstance("SHA-256")
                .digest(String.join("\0", questions).getBytes(UTF_8));

        JsonNode expected = new ObjectMapper().readTree(golden.toFile());
        assertThat(HexFormat.of().formatHex(digest))
                .isEqualTo(expected.at("/alpaca_en_demo/llamafactory_user_content_sha256")
                        .textValue());
    }

    private static long count(String file, Layout layout, String mark) throws IOException {
        try (InputStream in = Files.newInputStream(SHARED.resolve(file))) {
            return read(in, layout, 1 << 20).stream()
                    .filter(row -> row.contains(mark))
                    .count();
        }
    }
}
