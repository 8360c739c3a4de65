package io.finemesh.store.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.store.archive.Archives;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.NumberedObjects;
import io.finemesh.store.storage.StorageLayout;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
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

/** A data set that comes in parts is one data set. */
class UploadedRowsTest {
    private static final MessageType QUESTIONS =
            MessageTypeParser.parseMessageType("message rows { required binary question (UTF8); }");

    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();

    private DatasetDescriptor upload(Optional<String> format, byte[] bytes) {
        return new DatasetImport(
                        new BlobStore(storage, Duration.ofHours(1)),
                        new DatasetVersions(new NumberedObjects(storage)),
                        new DatasetLimits(directory, 2_000, 1 << 20))
                .run("d", format, new ByteArrayInputStream(bytes))
                .descriptor();
    }

    private DatasetDescriptor documents(Archives.Filling parts) throws Exception {
        return upload(Optional.of("documents"), Archives.of(parts));
    }

    private String rows(DatasetDescriptor dataset) {
        return new String(
                storage.objects().get(StorageLayout.blob(dataset.blob().digest())), UTF_8);
    }

    private static String row(String question) {
        return "{\"question\":\"" + question + "\"}";
    }

    private byte[] parquet(String... questions) throws Exception {
        Path file = directory.resolve("made.parquet");
        Files.deleteIfExists(file);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withType(QUESTIONS)
                .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                .build()) {
            for (String question : questions) {
                writer.write(new SimpleGroup(QUESTIONS).append("question", question));
            }
        }
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        return bytes;
    }

    @Test
    void partsOfEveryKindAreReadInTheOrderOfTheArchive() throws Exception {
        DatasetDescriptor dataset = documents(tar -> {
            Archives.put(tar, "train-00000-of-00003.jsonl", (row("a") + "\n" + row("b")).getBytes(UTF_8));
            Archives.put(tar, "train-00001-of-00003.json", ("[" + row("c") + "]").getBytes(UTF_8));
            Archives.put(tar, "train-00002-of-00003.jsonl", (row("d") + "\n\n").getBytes(UTF_8));
        });

        assertThat(rows(dataset).lines()).containsExactly(row("a"), row("b"), row("c"), row("d"));
        assertThat(dataset.samples()).isEqualTo(4);
        assertThat(dataset.dropped()).isEmpty();
        assertThat(dataset.version().value()).isEqualTo("d@1");
    }

    @Test
    void partsOfParquetAreReadOneAfterTheOther() throws Exception {
        byte[] first = parquet("a", "b");
        byte[] second = parquet("c");
        DatasetDescriptor dataset = documents(tar -> {
            Archives.put(tar, "one.parquet", first);
            Archives.put(tar, "two.parquet", second);
        });

        assertThat(rows(dataset).lines()).containsExactly(row("a"), row("b"), row("c"));
        assertThat(directory).as("nothing is left on the disk").isEmptyDirectory();
    }

    @Test
    void theSameRowsInOneFileAreTheSameVersion() throws Exception {
        DatasetDescriptor parts = documents(tar -> {
            Archives.put(tar, "0.jsonl", row("a").getBytes(UTF_8));
            Archives.put(tar, "1.jsonl", row("b").getBytes(UTF_8));
        });

        assertThat(upload(Optional.of("documents"), (row("a") + "\n" + row("b")).getBytes(UTF_8)))
                .isEqualTo(parts);
    }

    @Test
    void aDroppedRowIsToldByItsFile() throws Exception {
        DatasetDescriptor dataset = documents(tar -> {
            Archives.put(tar, "0.jsonl", (row("a") + "\n\n").getBytes(UTF_8));
            Archives.put(tar, "1.jsonl", (row("b") + "\nno row\n").getBytes(UTF_8));
        });
        assertThat(dataset.dropped()).isEqualTo(Map.of("not_json", 1L));

        assertThatThrownBy(() -> documents(tar -> {
                    Archives.put(tar, "0.jsonl", "x".getBytes(UTF_8));
                    Archives.put(tar, "1.jsonl", "y".getBytes(UTF_8));
                }))
                .isInstanceOfSatisfying(
                        RefusalException.class, refused -> assertThat(String.join(" ", refused.errors()))
                                .contains("0.jsonl, line 1: not_json")
                                .contains("1.jsonl, line 1: not_json"));
    }

    @Test
    void anArchiveThatIsNotWholeOrHoldsOtherThingsMakesNoVersion() throws Exception {
        byte[] archive = Archives.of(tar -> {
            Archives.put(tar, "0.jsonl", row("a").getBytes(UTF_8));
            Archives.put(tar, "1.jsonl", row("b").getBytes(UTF_8));
        });
        refused(Kind.MALFORMED, "cut off", Arrays.copyOf(archive, 1024));
        refused(Kind.MALFORMED, "cut off", Arrays.copyOf(archive, 1024 + 512 + 3));
        byte[] damaged = archive.clone();
        damaged[1024 + 150] ^= 1;
        refused(Kind.MALFORMED, "checksum", damaged);
        refused(Kind.MALFORMED, "member 'link' of the archive is no file", Archives.of(tar -> {
            TarArchiveEntry link = new TarArchiveEntry("link", TarArchiveEntry.LF_SYMLINK);
            link.setLinkName("/etc/hosts");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }));
        refused(Kind.NOT_USABLE, "two.parquet: the Parquet file cannot be read", Archives.of(tar -> {
            Archives.put(tar, "one.jsonl", row("a").getBytes(UTF_8));
            Archives.put(tar, "two.parquet", "PAR1 and no more".getBytes(UTF_8));
        }));
        refused(Kind.NOT_USABLE, "has no rows", Archives.of(tar -> Archives.put(tar, "0.jsonl", new byte[0])));
        assertThat(new DatasetVersions(new NumberedObjects(storage)).all()).isEmpty();
    }

    private void refused(Kind kind, String words, byte[] archive) {
        assertThatThrownBy(() -> upload(Optional.of("documents"), archive))
                .isInstanceOfSatisfying(RefusalException.class, refused -> assertThat(refused.kind())
                        .isEqualTo(kind))
                .hasMessageContaining(words);
    }
}
