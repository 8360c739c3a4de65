package io.finemesh.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.engine.data.DatasetException.Reason;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.Role;
import io.finemesh.engine.text.ToolCall;
import io.finemesh.engine.text.Turn;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConversationReaderTest {
    private static final String GOOD =
            "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"}]}";
    private static final Conversation READ = Conversation.of(Turn.user("q"), Turn.assistant("a"));

    private static ConversationReader reader(String text) {
        return new ConversationReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Conversation> all(ConversationReader reader) {
        List<Conversation> read = new ArrayList<>();
        reader.forEachRemaining(read::add);
        return read;
    }

    @Test
    void readsAConversationPerLine() {
        try (ConversationReader reader = reader(GOOD + "\n" + GOOD + "\n")) {
            assertThat(reader.next()).isEqualTo(READ);
            assertThat(reader.line()).isEqualTo(1);
            assertThat(all(reader)).containsExactly(READ);
            assertThatThrownBy(reader::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void acceptsAnyLineEndBlankLinesOtherFieldsAndAMissingLastLineEnd() {
        String other = "{\"id\":7,\"messages\":[{\"role\":\"system\",\"content\":\"\",\"name\":\"x\"}]}";
        assertThat(all(reader("\n" + GOOD + "\r\n \t\r\n" + other)))
                .containsExactly(READ, Conversation.of(Turn.system("")));
        assertThat(all(reader(""))).isEmpty();
        assertThat(all(reader("\n\n"))).isEmpty();
    }

    @Test
    void filesReadOneAfterTheOtherAreOneDataSet(@TempDir Path directory) throws IOException {
        Path first = Files.writeString(directory.resolve("1"), GOOD + "\n" + GOOD);
        Path empty = Files.writeString(directory.resolve("2"), "");
        Path last = Files.writeString(directory.resolve("3"), GOOD + "\nbroken\n");
        try (ConversationReader reader = ConversationReader.open(List.of(first, empty, last))) {
            assertThat(List.of(reader.next(), reader.next(), reader.next())).containsExactly(READ, READ, READ);
            assertThatThrownBy(reader::next)
                    .isInstanceOfSatisfying(DatasetException.class, fault -> assertThat(fault.reason())
                            .isEqualTo(Reason.MALFORMED_LINE))
                    .hasMessageContaining("4");
        }
        assertThat(all(ConversationReader.open(List.of()))).isEmpty();
        assertThatThrownBy(() -> all(ConversationReader.open(List.of(first, directory.resolve("none")))))
                .isInstanceOf(DatasetException.class);
    }

    @Test
    void keepsContentVerbatim() {
        String text = "{\"messages\":[{\"role\":\"assistant\",\"content\":\" caf\\u00e9\\n\\t日本 </s> \"}]}";
        assertThat(all(reader(text))).containsExactly(Conversation.of(Turn.assistant(" café\n\t日本 </s> ")));
    }

    @Test
    void readsInputsCallsAndTools() {
        String text =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"q\",\"input\":\"i\"},{\"role\":\"assistant\",\"content\":\"\","
                        + "\"tool_calls\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":{\"x\":1}}}]},"
                        + "{\"role\":\"tool\",\"content\":\"r\"}],\"tools\":[{\"name\":\"f\"}]}";

        assertThat(all(reader(text)))
                .containsExactly(new Conversation(
                        List.of(
                                new Turn(Role.USER, "q", "i", List.of()),
                                new Turn(Role.ASSISTANT, "", "", List.of(new ToolCall("f", "{\"x\":1}"))),
                                new Turn(Role.TOOL, "r")),
                        Optional.of("[{\"name\":\"f\"}]")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"} | not valid JSON",
                "[] | expected one JSON object",
                "{} | /messages is missing",
                "{\"messages\":[]} | /messages is []",
                "{\"messages\":\"hi\"} | /messages is \"hi\"",
                "{\"messages\":[{\"role\":\"user\"}]} | /messages/0/content is missing",
                "{\"messages\":[{\"role\":\"user\",\"content\":null}]} | /messages/0/content is null",
                "{\"messages\":[{\"role\":\"user\",\"content\":[\"x\"]}]} | /messages/0/content is [\"x\"]",
                "{\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]} | /messages/0/role is \"robot\"; expected system, user, assistant or tool",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"input\":3}]} | /messages/0/input is 3; expected a string",
                "{\"messages\":[{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[]}]} | /messages/0/tool_calls is []",
                "{\"messages\":[{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"f\"}}]}]} | a name and an object of arguments",
                "{\"tools\":{},\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]} | /tools is {}; expected a list",
                "{\"messages\":[{\"role\":1,\"content\":\"x\"}]} | /messages/0/role is 1",
                "{\"messages\":[{\"role\":\"USER\",\"content\":\"x\"}]} | /messages/0/role is \"USER\"",
                "{\"messages\":[{\"content\":\"x\"}]} | /messages/0/role is missing",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"system\",\"content\":\"x\"}]} | turn 1 is a system turn",
                "{\"messages\":[{\"role\":\"user\",\"role\":\"user\",\"content\":\"x\"}]} | not valid JSON",
                "{\"messages\":[]}{} | not valid JSON",
            })
    void namesTheLineAndWhatIsWrongWithIt(String line, String problem) {
        try (ConversationReader reader = reader(GOOD + "\n\n" + line + "\n" + GOOD + "\n")) {
            assertThat(reader.next()).isEqualTo(READ);
            assertThatThrownBy(reader::next).isInstanceOfSatisfying(DatasetException.class, refused -> {
                assertThat(refused.reason()).isEqualTo(Reason.MALFORMED_LINE);
                assertThat(refused.line()).hasValue(3);
                assertThat(refused).hasMessageStartingWith("line 3: ").hasMessageContaining(problem);
            });
            assertThat(reader.hasNext()).isFalse();
        }
    }

    @Test
    void refusesWhatIsNotUtf8AndAByteOrderMark() {
        byte[] bytes = GOOD.replace("q", "\u00e9").getBytes(StandardCharsets.ISO_8859_1);
        try (ConversationReader reader = new ConversationReader(new ByteArrayInputStream(bytes))) {
            assertThatThrownBy(reader::next)
                    .isInstanceOfSatisfying(DatasetException.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Reason.NOT_UTF8));
        }
        try (ConversationReader reader = reader("\uFEFF" + GOOD)) {
            assertThatThrownBy(reader::next).hasMessageStartingWith("line 1: ");
        }
    }

    @Test
    void aLineHasAMostLength() {
        byte[] bytes = (GOOD + "\n" + GOOD + " ").getBytes(StandardCharsets.UTF_8);
        try (ConversationReader reader = new ConversationReader(new ByteArrayInputStream(bytes), GOOD.length())) {
            assertThat(reader.next()).isEqualTo(READ);
            assertThatThrownBy(reader::hasNext).isInstanceOfSatisfying(DatasetException.class, refused -> {
                assertThat(refused.reason()).isEqualTo(Reason.LINE_TOO_LONG);
                assertThat(refused.line()).hasValue(2);
                assertThat(refused).hasMessageContaining("longer than " + GOOD.length() + " bytes");
            });
            assertThat(reader.hasNext()).isFalse();
        }
    }

    /** An endless stream without a line end is refused after the limit, not collected for ever. */
    @Test
    void readsNoFurtherThanALineMayBe() {
        InputStream endless = new InputStream() {
            private long given;

            @Override
            public int read() {
                given++;
                assertThat(given).isLessThan(1 << 20);
                return '{';
            }
        };
        try (ConversationReader reader = new ConversationReader(endless, 1000)) {
            assertThatThrownBy(reader::hasNext)
                    .isInstanceOfSatisfying(DatasetException.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Reason.LINE_TOO_LONG));
        }
    }

    @Test
    void passesOnWhatReadingFailedWith(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> ConversationReader.open(folder.resolve("absent.jsonl")))
                .isInstanceOfSatisfying(DatasetException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Reason.UNREADABLE))
                .hasMessageContaining("absent.jsonl");
        Path file = Files.writeString(folder.resolve("data.jsonl"), GOOD);
        try (ConversationReader reader = ConversationReader.open(file)) {
            assertThat(all(reader)).containsExactly(READ);
        }
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection lost");
            }
        };
        try (ConversationReader reader = new ConversationReader(broken)) {
            assertThatThrownBy(reader::hasNext)
                    .isInstanceOfSatisfying(DatasetException.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Reason.UNREADABLE))
                    .hasMessageContaining("connection lost");
        }
    }
}
