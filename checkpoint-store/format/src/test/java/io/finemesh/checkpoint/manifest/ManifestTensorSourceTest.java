package io.finemesh.checkpoint.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.fixture.TinyModel;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.SafetensorsException;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTensorSourceTest {
    private static final ModelStructure STRUCTURE = TinyModel.structure(TinyModel.UNTIED);

    @TempDir
    Path blobs;

    private List<TensorData> weights;
    private Manifest manifest;

    @BeforeEach
    void storeAModel() throws IOException {
        weights = TinyModel.weights(TinyModel.UNTIED, 1);
        List<StagedBlob> staged = new ArrayList<>();
        for (ParameterGroup group : STRUCTURE.groups()) {
            staged.add(store(weights, group));
        }
        manifest = Manifest.imported(List.of(), staged);
    }

    private StagedBlob store(List<TensorData> from, ParameterGroup group) throws IOException {
        List<TensorData> tensors = from.stream()
                .filter(tensor ->
                        STRUCTURE.find(tensor.name()).orElseThrow().group().equals(group))
                .toList();
        StagedBlob described = GroupBlob.describe(tensors);
        assertThat(GroupBlob.write(blob(described.blob().digest()), tensors)).isEqualTo(described);
        return described;
    }

    private Path blob(String digest) {
        return blobs.resolve(digest);
    }

    @Test
    void servesEveryTensorFromItsBlob() throws IOException {
        try (ManifestTensorSource source = new ManifestTensorSource(manifest, this::blob)) {
            assertThat(source.tensors()).extracting(TensorInfo::name).isSorted().hasSize(21);
            assertThat(STRUCTURE.check(source)).isEmpty();
            assertThat(source.verify()).isEmpty();
            for (TensorData tensor : weights) {
                assertThat(source.bytes(tensor.name()).mismatch(tensor.bytes())).isEqualTo(-1);
            }
            assertThatThrownBy(() -> source.bytes("other")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void childServesTrainedTensorsAndThoseOfItsParent() throws IOException {
        List<TensorData> other = TinyModel.weights(TinyModel.UNTIED, 2);
        StagedBlob layer = store(other, new ParameterGroup.Layer(1));
        Manifest child = manifest.child(new TrainedBy("run", 0, 1), List.of(layer), Optional.empty(), Optional.empty());

        try (ManifestTensorSource source = new ManifestTensorSource(child, this::blob)) {
            for (int i = 0; i < weights.size(); i++) {
                TensorData expected = (weights.get(i).name().contains(".1.") ? other : weights).get(i);
                assertThat(source.bytes(expected.name()).mismatch(expected.bytes()))
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void changedValueIsFoundByVerifying() throws IOException {
        TensorEntry norm = manifest.find("model.norm.weight").orElseThrow();
        Path file = blob(norm.blobDigest());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);

        try (ManifestTensorSource source = new ManifestTensorSource(manifest, this::blob)) {
            assertThat(source.verify()).extracting(Problem::subject).containsExactly("model.norm.weight");
        }
    }

    @Test
    void wrongBlobIsRefused() throws IOException {
        TensorEntry norm = manifest.find("model.norm.weight").orElseThrow();
        TensorEntry head = manifest.find("lm_head.weight").orElseThrow();
        Files.copy(blob(head.blobDigest()), blobs.resolve("swapped"));

        assertThatThrownBy(() -> new ManifestTensorSource(
                        manifest, digest -> digest.equals(norm.blobDigest()) ? blobs.resolve("swapped") : blob(digest)))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("bytes");
    }

    @Test
    void missingAndInvalidBlobsAreRefusedByName() throws IOException {
        TensorEntry norm = manifest.find("model.norm.weight").orElseThrow();
        Path file = blob(norm.blobDigest());
        byte[] bytes = Files.readAllBytes(file);
        bytes[9] = 'x';
        Files.write(file, bytes);
        assertThatThrownBy(() -> new ManifestTensorSource(manifest, this::blob))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining(norm.blobDigest());

        Files.delete(file);
        assertThatThrownBy(() -> new ManifestTensorSource(manifest, this::blob))
                .isInstanceOf(NoSuchFileException.class);
    }
}
