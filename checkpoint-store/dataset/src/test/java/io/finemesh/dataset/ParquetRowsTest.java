package io.finemesh.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.dataset.Row.Document;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Row.Kept;
import io.finemesh.dataset.RowSource.Found;
import io.finemesh.dataset.RowSource.UnreadableFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParquetRowsTest {
    private static final MessageType ALPACA = MessageTypeParser.parseMessageType(
            "message rows { optional binary instruction (UTF8); optional binary input; optional binary output (UTF8); optional int64 id; }");
    private static final MessageType OPENAI = MessageTypeParser.parseMessageType(
            "message rows { optional group messages (LIST) { repeated group list { optional group element {"
                    + " optional binary role (UTF8); optional binary content (UTF8); optional boolean seen; } } } }");

    @TempDir
    Path folder;

    private int spools;
    private Path path;

    @BeforeEach
    void name() {
        path = folder.resolve("rows.parquet");
    }

    private byte[] file(MessageType schema, CompressionCodecName codec, List<Consumer<Group>> rows) throws IOException {
        Files.deleteIfExists(path);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(path))
                .withType(schema)
                .withCompressionCodec(codec)
                .withCodecFactory(new GzipFiles())
                .build()) {
            for (Consumer<Group> row : rows) {
                Group group = new SimpleGroup(schema);
                row.accept(group);
                writer.write(group);
            }
        }
        return Files.readAllBytes(path);
    }

    private static Consumer<Group> alpaca(String question, String answer) {
        return row -> row.append("instruction", question).append("output", answer);
    }

    private List<String> read(byte[] bytes) throws IOException {
        return read(bytes, 1000, 1 << 20);
    }

    private List<String> read(byte[] bytes, int longest, long mostBytes) throws IOException {
        List<String> rows = new ArrayList<>();
        Path spool = folder.resolve("spool" + spools++);
        try (RowSource source = RowSource.open(
                new ByteArrayInputStream(bytes),
                new RowReader(Optional.empty(), longest),
                longest,
                new RowSource.Spool(spool, mostBytes))) {
            for (Optional<Found> next = source.next(); next.isPresent(); next = source.next()) {
                Found found = next.get();
                rows.add(found.number() + " "
                        + switch (found.row().orElseThrow()) {
                            case Kept kept ->
                                kept.turns().stream()
                                        .map(turn -> turn.role().name().charAt(0) + ":" + turn.words())
                                        .toList();
                            case Document document -> document.json();
                            case Dropped dropped -> dropped.reason().wireName() + ": " + dropped.detail();
                        });
            }
        }
        return rows;
    }

    @ParameterizedTest
    @EnumSource(names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4_RAW"})
    void readsRowsHoweverTheyAreCompressed(CompressionCodecName codec) throws IOException {
        List<Consumer<Group>> rows = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int row = 0; row < 300; row++) {
            rows.add(alpaca("é " + row, "x".repeat(row + 1)));
            expected.add((row + 1) + " [U:é " + row + ", A:" + "x".repeat(row + 1) + "]");
        }

        assertThat(read(file(ALPACA, codec, rows))).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(names = {"LZO", "BROTLI", "LZ4"})
    void refusesOtherCompressionByName(CompressionCodecName codec) throws IOException {
        byte[] bytes = file(ALPACA, codec, List.of(alpaca("q", "a")));

        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(UnreadableFile.class)
                .hasMessage("the Parquet file is compressed with " + codec
                        + "; allowed: none, SNAPPY, GZIP, ZSTD or LZ4_RAW");
    }

    @Test
    void aDroppedRowIsKeptAsJson() throws IOException {
        byte[] bytes = file(ALPACA, CompressionCodecName.GZIP, List.of(row -> row.append("instruction", "")
                .append("id", 7L)));

        try (RowSource source = RowSource.open(
                new ByteArrayInputStream(bytes),
                new RowReader(Optional.empty(), 1000),
                1000,
                new RowSource.Spool(folder.resolve("spool"), 1 << 20))) {
            assertThat(source.next().orElseThrow().text())
                    .contains("{\"instruction\":\"\",\"input\":null,\"output\":null,\"id\":7}");
        }
    }

    @Test
    void listsOfMessagesAreConversations() throws IOException {
        byte[] bytes = file(
                OPENAI,
                CompressionCodecName.SNAPPY,
                List.of(
                        row -> {
                            Group list = row.addGroup("messages");
                            list.addGroup("list")
                                    .addGroup("element")
                                    .append("role", "user")
                                    .append("content", "q");
                            list.addGroup("list")
                                    .addGroup("element")
                                    .append("role", "assistant")
                                    .append("content", "a")
                                    .append("seen", true);
                        },
                        row -> {},
                        row -> row.addGroup("messages")
                                .addGroup("list")
                                .addGroup("element")
                                .append("role", "user")));

        assertThat(read(bytes))
                .containsExactly(
                        "1 [U:q, A:a]",
                        "2 wrong_field: messages is not a list",
                        "3 wrong_field: message 1 has a content that is not text");
    }

    @Test
    void eachBadRowIsDroppedByItself() throws IOException {
        byte[] bytes = file(
                ALPACA,
                CompressionCodecName.UNCOMPRESSED,
                List.of(
                        alpaca("q", "a"),
                        row -> row.append("instruction", "q")
                                .append("input", Binary.fromConstantByteArray(new byte[] {(byte) 0xff}))
                                .append("output", "a"),
                        alpaca("q", "x".repeat(2000)),
                        row -> row.append("id", 7L),
                        alpaca("r", "b")));

        assertThat(read(bytes))
                .containsExactly(
                        "1 [U:q, A:a]",
                        "2 not_utf8: column input is not UTF-8",
                        "3 line_too_long: the row is longer than the longest that is taken",
                        "4 empty: instruction, input and output have no text",
                        "5 [U:r, A:b]");
    }

    @Test
    void aFileThatIsTooLargeOrHasNoPlaceIsRefused() throws IOException {
        byte[] bytes = file(ALPACA, CompressionCodecName.SNAPPY, List.of(alpaca("q", "a")));

        assertThatThrownBy(() -> read(bytes, 1000, bytes.length - 1))
                .isInstanceOf(UnreadableFile.class)
                .hasMessageContaining("more than " + (bytes.length - 1) + " bytes");
        assertThatThrownBy(() ->
                        RowSource.open(new ByteArrayInputStream(bytes), new RowReader(Optional.empty(), 100), 100))
                .isInstanceOf(UnreadableFile.class)
                .hasMessageContaining("a Parquet file is not read");
    }

    @Test
    void aDamagedGzipPageIsRefusedWithTheRowBeforeWhichItIs() throws IOException {
        List<Consumer<Group>> rows = new ArrayList<>();
        for (int row = 0; row < 40; row++) {
            rows.add(alpaca("question " + row, "answer " + row));
        }
        byte[] bytes = file(ALPACA, CompressionCodecName.GZIP, rows);
        SplittableRandom random = new SplittableRandom(0x5eed_0052L);
        int refused = 0;
        for (int trial = 0; trial < 100; trial++) {
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(4, bytes.length / 2)] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(read(damaged)).hasSize(40);
            } catch (UnreadableFile said) {
                refused++;
                assertThat(said.getMessage()).startsWith("the Parquet file is damaged at row 1: ");
            }
        }
        assertThat(refused).isGreaterThan(50);
    }

    /** A damaged file ends in rows or in a refusal, never in anything else. */
    @Test
    void aDamagedFileIsRefusedWhereverItIsDamaged() throws IOException {
        List<Consumer<Group>> rows = new ArrayList<>();
        for (int row = 0; row < 40; row++) {
            rows.add(alpaca("question " + row, "answer " + row));
        }
        byte[] bytes = file(ALPACA, CompressionCodecName.SNAPPY, rows);
        SplittableRandom random = new SplittableRandom(0x5eed_0051L);
        int refused = 0;
        for (int trial = 0; trial < 300; trial++) {
            byte[] damaged = bytes.clone();
            int at = random.nextInt(4, bytes.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            if (trial % 3 == 0) {
                damaged = Arrays.copyOf(damaged, at);
            }
            try {
                assertThat(read(damaged)).hasSizeLessThanOrEqualTo(1000);
            } catch (UnreadableFile said) {
                refused++;
                assertThat(said.getMessage()).startsWith("the Parquet file");
            }
        }
        assertThat(refused).isGreaterThan(100);
    }
}
