package io.finemesh.engine.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.PromptSegment;
import io.finemesh.engine.text.PromptTemplate;
import io.finemesh.engine.text.Role;
import io.finemesh.engine.text.Turn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the reference implementations make of real rows and of lengths, run once by whoever made the file. */
class GoldenDataTest {
    private static final Path SHARED = Path.of(System.getProperty("finemesh.shared", "../shared"));

    private JsonNode golden;

    @BeforeEach
    void read() throws IOException {
        Path file = SHARED.resolve("golden/sft.json");
        Assumptions.assumeTrue(Files.exists(file), file + " is missing");
        golden = new ObjectMapper().readTree(file.toFile());
    }

    @Test
    void lengthsAreSharedAsLlamaFactoryDoes() {
        for (JsonNode row : golden.get("infer_seqlen")) {
            RoomShare share = RoomShare.of(
                    row.get(0).intValue(), row.get(1).intValue(), row.get(2).intValue());
            assertThat(List.of(share.question(), share.answer()))
                    .as(row.toString())
                    .isEqualTo(ints(row.get(3)));
        }
        assertThat(golden.get("infer_seqlen")).hasSizeGreaterThan(10);
    }

    /** Taking the largest that fits, again and again, fills rows as first-fit decreasing does. */
    @Test
    void rowsArePackedAsLlamaFactoryDoes() {
        for (JsonNode row : golden.get("greedy_knapsack")) {
            int[] lengths =
                    ints(row.get(0)).stream().mapToInt(Integer::intValue).toArray();
            List<List<Integer>> rows = RowPacker.pack(lengths, row.get(1).intValue()).stream()
                    .map(members ->
                            members.stream().map(document -> lengths[document]).toList())
                    .toList();
            assertThat(rows)
                    .as(row.toString())
                    .isEqualTo(StreamSupport.stream(row.get(2).spliterator(), false)
                            .map(GoldenDataTest::ints)
                            .toList());
        }
        assertThat(golden.get("greedy_knapsack")).hasSize(5);
    }

    @Test
    void realAlpacaRowsAreWrittenDownAsStanfordDoes() throws Exception {
        Path file = SHARED.resolve("data/sft/alpaca_en_demo.json");
        Assumptions.assumeTrue(Files.exists(file), file + " is missing");
        JsonNode expected = golden.get("alpaca_en_demo");
        List<String> prompts = new ArrayList<>();
        List<String> whole = new ArrayList<>();
        int withInput = 0;
        for (JsonNode row : new ObjectMapper().readTree(file.toFile())) {
            Turn question = new Turn(
                    Role.USER,
                    row.get("instruction").textValue(),
                    row.get("input").textValue(),
                    List.of());
            withInput += question.input().isEmpty() ? 0 : 1;
            prompts.add(text(PromptTemplate.ALPACA.renderPrompt(Conversation.of(question))));
            whole.add(text(PromptTemplate.ALPACA.render(
                    Conversation.of(question, Turn.assistant(row.get("output").textValue())))));
        }

        assertThat(prompts).hasSize(expected.get("n").intValue());
        assertThat(withInput).isEqualTo(expected.get("with_input").intValue());
        assertThat(prompts.getFirst()).isEqualTo(expected.get("first_prompt").textValue());
        assertThat(digest(prompts))
                .isEqualTo(expected.get("sha256_prompts_joined_by_NUL").textValue());
        assertThat(digest(whole))
                .isEqualTo(
                        expected.get("sha256_prompt_output_eos_joined_by_NUL").textValue());
    }

    private static String text(List<PromptSegment> segments) {
        return segments.stream()
                .map(segment -> switch (segment) {
                    case PromptSegment.Text text -> text.text();
                    case PromptSegment.Control control -> control.token();
                    case PromptSegment.EndOfText _ -> "</s>";
                })
                .collect(Collectors.joining());
    }

    private static String digest(List<String> texts) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(String.join("\0", texts).getBytes(UTF_8)));
    }

    private static List<Integer> ints(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::intValue)
                .toList();
    }
}
