package io.finemesh.store.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.TrainedBy;
import io.finemesh.checkpoint.manifest.TrainingStateEntry;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.commit.Segments;
import io.finemesh.store.manifest.CheckpointCatalogue;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.storage.MemoryStorage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A LoRA run's checkpoint as what PEFT loads. */
class AdapterExportTest {
    private static final String WEIGHT = "model.layers.1.self_attn.q_proj.weight";

    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();
    private final BlobStore blobs = new BlobStore(storage, Duration.ofHours(1));
    private final ManifestStore manifests = new ManifestStore(storage);
    private final CheckpointCatalogue catalogue = new CheckpointCatalogue(manifests, blobs);
    private Manifest root;
    private CheckpointId base;

    @BeforeEach
    void importModel() {
        root = Segments.root(storage, directory);
        base = new CheckpointId(root.checkpointId());
    }

    private static TensorData tensor(String name, List<Long> shape, float... values) {
        return new TensorData(name, Dtype.F32, shape, MemorySegment.ofArray(values));
    }

    private CheckpointId trained(CheckpointId parent, int segment, List<TensorData> state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        SafetensorsWriter.write(bytes, state, Map.of());
        Manifest before = manifests.find(parent).orElseThrow();
        return manifests.put(before.child(
                new TrainedBy("run-lora", segment, segment),
                List.of(),
                Optional.of(
                        new TrainingStateEntry("{}", List.of(BlobStore.inManifest(blobs.put(bytes.toByteArray()))))),
                Optional.empty()));
    }

    @Test
    void theAdaptersAreNamedAsPeftNamesThemAndStandBesideWhatTheRunBeganWith() throws IOException {
        List<TensorData> state = List.of(
                tensor("lora_alpha", List.of(1L), 12.1f),
                tensor("lora_dropout", List.of(1L), 0.05f),
                tensor("lora_a." + WEIGHT, List.of(2L, 3L), 1, 2, 3, 4, 5, 6),
                tensor("lora_b." + WEIGHT, List.of(1L, 2L), 7, 8),
                tensor("first_moment.lora_a." + WEIGHT, List.of(2L, 3L), 0, 0, 0, 0, 0, 0));
        CheckpointId last = trained(trained(base, 0, state), 1, state);

        Path exported = export(last);

        assertThat(catalogue.baseOfRun(last)).isEqualTo(base);
        assertThat(catalogue.baseOfRun(base)).isEqualTo(base);
        JsonNode configuration = new ObjectMapper()
                .readTree(exported.resolve("adapter_config.json").toFile());
        assertThat(configuration.path("peft_type").asText()).isEqualTo("LORA");
        assertThat(configuration.path("r").asInt()).isEqualTo(2);
        assertThat(configuration.path("lora_alpha").asText()).isEqualTo("12.1");
        assertThat(configuration.path("lora_dropout").asText()).isEqualTo("0.05");
        assertThat(configuration.path("bias").asText()).isEqualTo("none");
        assertThat(configuration.path("fan_in_fan_out").asBoolean(true)).isFalse();
        assertThat(configuration.path("task_type").asText()).isEqualTo("CAUSAL_LM");
        assertThat(configuration.path("target_modules").toString()).isEqualTo("[\"q_proj\"]");
        assertThat(configuration.path("base_model_name_or_path").asText()).isEqualTo(base.value());
        try (SafetensorsFile adapter = SafetensorsFile.open(exported.resolve("adapter_model.safetensors"))) {
            String module = "base_model.model.model.layers.1.self_attn.q_proj";
            assertThat(adapter.tensors()).hasSize(2);
            assertThat(adapter.bytes(module + ".lora_A.weight").toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(state.get(2).bytes().toArray(ValueLayout.JAVA_BYTE));
            assertThat(adapter.bytes(module + ".lora_B.weight").toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(state.get(3).bytes().toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void aCheckpointWithoutAdaptersSaysSo() throws IOException {
        CheckpointId other = trained(base, 0, List.of(tensor("first_moment." + WEIGHT, List.of(1L), 1)));

        for (CheckpointId without : List.of(base, other)) {
            assertThatThrownBy(() -> export(without))
                    .isInstanceOf(RefusalException.class)
                    .hasMessageContaining("checkpoint " + without + " has no adapters");
        }
        try (var left = Files.list(directory.resolve("work"))) {
            assertThat(left).isEmpty();
        }
    }

    private Path export(CheckpointId checkpoint) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (AdapterExport export = AdapterExport.prepare(
                checkpoint,
                catalogue.baseOfRun(checkpoint),
                catalogue.manifest(checkpoint),
                blobs,
                directory.resolve("work"))) {
            export.writeTo(out);
            assertThat(out.size()).isEqualTo((int) export.sizeBytes());
        }
        Path target = Files.createDirectories(directory.resolve("exported"));
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(out.toByteArray()))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Files.copy(tar, target.resolve(entry.getName()));
            }
        }
        return target;
    }
}
