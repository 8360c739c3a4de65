package io.finemesh.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.dataset.Row.Document;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Row.Kept;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Calls of tools in rows, and the one form they are kept in. */
class ToolRowTest {
    private static final String CALL =
            "{\"type\":\"function\",\"function\":{\"name\":\"add\",\"arguments\":{\"a\":1,\"b\":2}}}";

    private static Row row(String json) throws IOException {
        return new RowReader(Optional.empty(), 10_000).read(new ObjectMapper().readTree(json));
    }

    private static String line(String json) throws IOException {
        assertThat(row(json)).isInstanceOf(Kept.class);
        return new String(NormalForm.line((Kept) row(json)), UTF_8);
    }

    private static String wrong(String json) throws IOException {
        return row(json) instanceof Dropped dropped ? dropped.reason().wireName() + ": " + dropped.detail() : "kept";
    }

    private static String openAi(String assistant, String rest) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"1+2\"},{\"role\":\"assistant\"," + assistant + "}"
                + rest + "]}";
    }

    @Test
    void bothFormsComeToTheSameLine() throws IOException {
        String expected =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"1+2\"},{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":["
                        + CALL
                        + "]},{\"role\":\"tool\",\"content\":\"3\"},{\"role\":\"assistant\",\"content\":\"three\"}],"
                        + "\"tools\":[{\"name\":\"add\"}]}\n";

        assertThat(line(
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"1+2\"},{\"role\":\"assistant\",\"content\":null,\"tool_calls\":"
                                + "[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"add\",\"arguments\":\"{\\\"a\\\": 1, \\\"b\\\": 2}\"}}]},"
                                + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"3\"},{\"role\":\"assistant\",\"content\":\"three\"}],"
                                + "\"tools\":[{\"name\":\"add\"}]}"))
                .isEqualTo(expected);
        assertThat(
                        line(
                                "{\"conversations\":[{\"from\":\"human\",\"value\":\"1+2\"},{\"from\":\"function_call\",\"value\":"
                                        + "\"{\\\"name\\\": \\\"add\\\", \\\"arguments\\\": {\\\"a\\\": 1, \\\"b\\\": 2}}\"},{\"from\":\"observation\",\"value\":\"3\"},"
                                        + "{\"from\":\"gpt\",\"value\":\"three\"}],\"tools\":\"[{\\\"name\\\": \\\"add\\\"}]\"}"))
                .isEqualTo(expected);
    }

    @Test
    void severalCallsHaveSeveralResults() throws IOException {
        String calls = "\"tool_calls\":[" + CALL + "," + CALL + "]";
        String results =
                ",{\"role\":\"tool\",\"content\":\"3\"},{\"role\":\"tool\",\"content\":\"\"},{\"role\":\"assistant\",\"content\":\"x\"}";

        assertThat(((Kept) row(openAi(calls, results))).turns()).hasSize(5);
        assertThat(((Kept) row(openAi(calls, ""))).turns().getLast().calls()).hasSize(2);
    }

    @Test
    void whatIsWrongWithACallIsSaid() throws IOException {
        String result = ",{\"role\":\"tool\",\"content\":\"3\"},{\"role\":\"assistant\",\"content\":\"x\"}";
        assertThat(wrong(openAi("\"tool_calls\":[{\"function\":{}}]", result)))
                .isEqualTo("wrong_field: message 2 has a call without the name of a tool");
        assertThat(wrong(openAi("\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]", result)))
                .startsWith("wrong_field: message 2, arguments of f, is text that is not JSON");
        assertThat(wrong(openAi("\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":[1]}}]", result)))
                .isEqualTo("wrong_field: message 2 calls f with arguments that are not an object");
        assertThat(wrong(openAi("\"content\":\"a\"", result))).startsWith("wrong_order: message 3 is of role tool");
        assertThat(wrong(openAi(
                        "\"tool_calls\":[" + CALL + "]",
                        ",{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"x\"}")))
                .startsWith("wrong_order: message 3 is of role user");
        assertThat(wrong(openAi("\"content\":3,\"tool_calls\":[" + CALL + "]", "")))
                .isEqualTo("wrong_field: message 2 has a content that is not text");
        assertThat(wrong("{\"messages\":[{\"role\":\"user\",\"content\":\"q\",\"tool_calls\":[" + CALL + "]}]}"))
                .isEqualTo("wrong_field: message 1 calls a tool, but only an assistant does");
        assertThat(
                        wrong(
                                "{\"conversations\":[{\"from\":\"human\",\"value\":\"q\"},{\"from\":\"gpt\",\"value\":\"a\"}],\"tools\":\"no JSON\"}"))
                .startsWith("wrong_field: tools is text that is not JSON");
        assertThat(
                        wrong(
                                "{\"conversations\":[{\"from\":\"human\",\"value\":\"q\"},{\"from\":\"gpt\",\"value\":\"a\"}],\"tools\":[3]}"))
                .isEqualTo("wrong_field: tools has an entry that is not an object");
    }

    @Test
    void anInputIsKeptApart() throws IOException {
        assertThat(line("{\"instruction\":\"Add.\",\"input\":\"1, 2\",\"output\":\"3\"}"))
                .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":\"Add.\",\"input\":\"1, 2\"},"
                        + "{\"role\":\"assistant\",\"content\":\"3\"}]}\n");
    }

    @Test
    void readsTheToolCallsOfLlamaFactory() throws IOException {
        Path folder = Path.of(System.getProperty("finemesh.shared", "../shared"), "data/sft");
        Path file = folder.resolve("glaive_toolcall_en_demo.json");
        assumeTrue(Files.exists(file), "no real calls of tools: " + file + " is missing");
        JsonNode info =
                new ObjectMapper().readTree(folder.resolve("dataset_info.json").toFile());
        Layout layout = Layout.of("glaive", info.get("glaive_toolcall_en_demo"));
        int kept = 0;
        int calls = 0;
        List<String> dropped = new java.util.ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            RowSource source = RowSource.open(in, new RowReader(layout.format(), layout, 1 << 20), 1 << 20);
            for (var next = source.next(); next.isPresent(); next = source.next()) {
                switch (next.get().row().orElseThrow()) {
                    case Kept row -> {
                        kept++;
                        calls += row.turns().stream()
                                        .anyMatch(turn -> !turn.calls().isEmpty())
                                ? 1
                                : 0;
                    }
                    case Document row -> dropped.add(row.json());
                    case Dropped row -> dropped.add(row.detail());
                }
            }
        }

        assertThat(dropped).isEmpty();
        assertThat(kept).isPositive();
        assertThat(calls).isPositive();
    }
}
