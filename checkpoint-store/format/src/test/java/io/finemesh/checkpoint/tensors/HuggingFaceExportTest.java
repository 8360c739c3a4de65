package io.finemesh.checkpoint.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.fixture.NaiveSafetensors;
import io.finemesh.checkpoint.fixture.SharedFolder;
import io.finemesh.checkpoint.fixture.TinyModel;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.GroupBlob;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.StagedBlob;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceExportTest {
    @TempDir
    Path directory;

    private Path blobs;
    private Path exports;
    private List<TensorData> weights;
    private Manifest manifest;

    @BeforeEach
    void importAModel() throws IOException {
        blobs = Files.createDirectory(directory.resolve("blobs"));
        exports = Files.createDirectory(directory.resolve("exports"));
        weights = TinyModel.weights(TinyModel.UNTIED, 1);
        manifest = imported(TinyModel.save(directory.resolve("model"), TinyModel.UNTIED, weights));
    }

    /** What the store does with a directory. */
    private Manifest imported(Path model) throws IOException {
        try (HuggingFaceDirectory source = HuggingFaceDirectory.open(model)) {
            List<StagedBlob> staged = new ArrayList<>();
            for (ParameterGroup group : source.structure().groups()) {
                List<TensorData> tensors = GroupBlob.tensors(source, source.structure(), group);
                staged.add(
                        GroupBlob.write(blob(GroupBlob.describe(tensors).blob().digest()), tensors));
            }
            List<FileEntry> files = new ArrayList<>();
            for (Map.Entry<String, Path> file : source.auxiliaryFiles().entrySet()) {
                String digest = Sha256.of(file.getValue());
                if (!Files.exists(blob(digest))) {
                    Files.copy(file.getValue(), blob(digest));
                }
                files.add(new FileEntry(file.getKey(), new BlobReference(digest, Files.size(file.getValue()))));
            }
            return Manifest.imported(files, staged);
        }
    }

    private Path blob(String digest) {
        return blobs.resolve(digest);
    }

    @Test
    void independentReaderFindsEveryTensor() throws IOException {
        Path target = exports.resolve("export");

        HuggingFaceExport.write(manifest, this::blob, target);

        byte[] file = Files.readAllBytes(target.resolve("model.safetensors"));
        NaiveSafetensors.Content content = NaiveSafetensors.read(file);
        assertThat(content.metadata()).isEqualTo(Map.of("format", "pt"));
        assertThat(content.tensors()).hasSameSizeAs(weights);
        MemorySegment whole = MemorySegment.ofArray(file);
        for (TensorData tensor : weights) {
            NaiveSafetensors.Tensor found = content.tensors().get(tensor.name());
            assertThat(found.shape()).isEqualTo(tensor.shape());
            assertThat(whole.asSlice(found.begin(), found.end() - found.begin()).mismatch(tensor.bytes()))
                    .isEqualTo(-1);
        }
        assertThat(target.resolve("config.json")).hasContent(TinyModel.UNTIED);
        assertThat(namesIn(target)).containsExactly("config.json", "model.safetensors", "tokenizer.json");
    }

    @Test
    void repeatIsByteIdentical() throws IOException {
        HuggingFaceExport.write(manifest, this::blob, exports.resolve("one"));
        HuggingFaceExport.write(manifest, this::blob, exports.resolve("two"));

        assertThat(contents(exports.resolve("one"))).isEqualTo(contents(exports.resolve("two")));
    }

    @Test
    void importOfAnExportIsTheSameCheckpoint() throws IOException {
        HuggingFaceExport.write(manifest, this::blob, exports.resolve("one"));
        Manifest again = imported(exports.resolve("one"));

        assertThat(again.checkpointId()).isEqualTo(manifest.checkpointId());
    }

    @ParameterizedTest
    @ValueSource(strings = {"golden/models/llama", "golden/models/llama3-tied", "data/stories260K"})
    void realModelsSurviveImportAndExportByteForByte(String name) throws IOException {
        Path original = SharedFolder.require(name);

        HuggingFaceExport.write(imported(original), this::blob, exports.resolve("export"));

        for (Map.Entry<String, String> file :
                contents(exports.resolve("export")).entrySet()) {
            assertThat(Sha256.of(original.resolve(file.getKey()))).isEqualTo(file.getValue());
        }
    }

    @Test
    void existingDirectoryIsNeverTouched() throws IOException {
        Path empty = Files.createDirectory(exports.resolve("empty"));
        Path dangling = Files.createSymbolicLink(exports.resolve("dangling"), directory.resolve("nowhere"));
        for (Path target : List.of(empty, dangling)) {
            assertThatThrownBy(() -> HuggingFaceExport.write(manifest, this::blob, target))
                    .isInstanceOf(FileAlreadyExistsException.class)
                    .hasMessageContaining("new directory");
        }
        assertThat(namesIn(empty)).isEmpty();
        assertThat(namesIn(exports)).containsExactly("dangling", "empty");
    }

    @Test
    void damagedBlobsAreAllNamedAndLeaveNothingBehind() throws IOException {
        damage(manifest.find("model.norm.weight").orElseThrow().blobDigest());
        damage(manifest.file("tokenizer.json").orElseThrow().blob().digest());

        assertThatThrownBy(() -> HuggingFaceExport.write(manifest, this::blob, exports.resolve("export")))
                .isInstanceOf(ModelDirectoryException.class)
                .hasMessageContaining("tokenizer.json: found SHA-256")
                .hasMessageContaining("model.norm.weight: found SHA-256");
        assertThat(namesIn(exports)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../config.json", "model.safetensors", "model.safetensors.index.json", ".hidden", "a/b"})
    void auxiliaryFilesCannotLeaveTheDirectoryOrShadowTheWeights(String name) throws IOException {
        Path content = Files.writeString(directory.resolve("content"), "x");
        try (HuggingFaceDirectory source = HuggingFaceDirectory.open(directory.resolve("model"))) {
            assertThatThrownBy(() -> HuggingFaceExport.write(source, Map.of(name, content), exports.resolve("export")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(namesIn(exports)).isEmpty();
    }

    private void damage(String digest) throws IOException {
        byte[] bytes = Files.readAllBytes(blob(digest));
        bytes[bytes.length - 1] ^= 1;
        Files.write(blob(digest), bytes);
    }

    private static List<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> digests = new TreeMap<>();
        for (String name : namesIn(folder)) {
            digests.put(name, Sha256.of(folder.resolve(name)));
        }
        return digests;
    }
}
