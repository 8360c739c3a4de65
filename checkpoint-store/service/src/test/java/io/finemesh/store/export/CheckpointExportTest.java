package io.finemesh.store.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.TensorEntry;
import io.finemesh.checkpoint.tensors.HuggingFaceDirectory;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.commit.SegmentCommit;
import io.finemesh.store.commit.Segments;
import io.finemesh.store.commit.Segments.Result;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.model.ImportLimits;
import io.finemesh.store.model.ModelImport;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.StorageUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointExportTest {
    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();
    private Manifest root;
    private Manifest trained;

    @BeforeEach
    void train() {
        root = Segments.root(storage, directory);
        Result result = Segments.next("run", 0, root).stageIn(storage);
        new SegmentCommit(blobs(), new ManifestStore(storage)).attempt(result.claim());
        trained = result.manifest();
    }

    @Test
    void anExportIsADirectoryThatReadsBackAsTheSameWeights() throws IOException {
        Path exported = unpack(export(trained), directory.resolve("exported"));

        try (HuggingFaceDirectory model = HuggingFaceDirectory.open(exported)) {
            for (TensorEntry tensor : trained.tensors()) {
                assertThat(io.finemesh.checkpoint.digest.Sha256.of(
                                model.bytes(tensor.name()).toArray(ValueLayout.JAVA_BYTE)))
                        .as(tensor.name())
                        .isEqualTo(tensor.tensorDigest());
            }
        }
        assertThat(Files.readAllBytes(exported.resolve("config.json")))
                .isEqualTo(Files.readAllBytes(directory.resolve("model/config.json")));
    }

    @Test
    void theRootExportsAsTheBytesThatWereImported() throws IOException {
        Path exported = unpack(export(root), directory.resolve("exported"));

        for (String file : List.of("config.json", "generation_config.json", "tokenizer.json", "model.safetensors")) {
            assertThat(Files.readAllBytes(exported.resolve(file)))
                    .as(file)
                    .isEqualTo(Files.readAllBytes(directory.resolve("model").resolve(file)));
        }
    }

    @Test
    void anExportIsTheSameBytesEveryTimeAndOfTheAnnouncedLength() throws IOException {
        byte[] first = export(trained);

        assertThat(export(trained)).isEqualTo(first);
        try (CheckpointExport export = CheckpointExport.prepare(trained, blobs(), directory.resolve("work"))) {
            assertThat(export.sizeBytes()).isEqualTo(first.length);
        }
    }

    @Test
    void anExportImportsAndExportsAsItself() throws IOException {
        byte[] first = export(trained);
        MemoryStorage elsewhere = new MemoryStorage();
        ManifestStore manifests = new ManifestStore(elsewhere);
        BlobStore blobs = new BlobStore(elsewhere, Duration.ofHours(1));

        CheckpointId id = new ModelImport(
                        blobs, manifests, new ImportLimits(directory.resolve("work"), 1 << 20, 1 << 20, List.of()))
                .fromTar(new ByteArrayInputStream(first));

        Manifest imported = manifests.find(id).orElseThrow();
        assertThat(imported.weightsDigest()).isEqualTo(trained.weightsDigest());
        try (CheckpointExport export = CheckpointExport.prepare(imported, blobs, directory.resolve("work"))) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            export.writeTo(out);
            assertThat(out.toByteArray()).isEqualTo(first);
        }
    }

    @Test
    void nothingDamagedIsEverExportedAndNothingIsLeftBehind() throws IOException {
        storage.fail((index, operation) -> operation.contains("blobs/") ? Fault.BODY_DAMAGED : Fault.NONE);
        assertThatThrownBy(() -> export(trained))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("damaged");
        storage.fail(FaultPlan.NONE);
        String gone = trained.weightBlobs().getFirst().digest();
        storage.remove("blobs/sha256/" + gone.substring(0, 2) + "/" + gone);
        assertThatThrownBy(() -> export(trained)).hasMessageContaining("restore it from a backup");

        try (Stream<Path> left = Files.list(directory.resolve("work"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void exportsARealModelAsItCame() throws IOException {
        Path stories = Path.of(System.getProperty("finemesh.shared", "../shared"), "data", "stories260K");
        assumeTrue(Files.isDirectory(stories), "no real model: " + stories + " is missing");
        ManifestStore manifests = new ManifestStore(storage);
        CheckpointId id = new ModelImport(
                        blobs(), manifests, new ImportLimits(directory.resolve("work"), 1 << 24, 1 << 20, List.of()))
                .fromDirectory(stories.toAbsolutePath().toString());

        Path exported = unpack(export(manifests.find(id).orElseThrow()), directory.resolve("exported"));

        try (Stream<Path> files = Files.list(stories)) {
            for (Path file : files.toList()) {
                assertThat(Files.mismatch(
                                file, exported.resolve(file.getFileName().toString())))
                        .as(file.getFileName().toString())
                        .isEqualTo(-1);
            }
        }
    }

    private byte[] export(Manifest manifest) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CheckpointExport export = CheckpointExport.prepare(manifest, blobs(), directory.resolve("work"))) {
            export.writeTo(out);
        }
        return out.toByteArray();
    }

    private BlobStore blobs() {
        return new BlobStore(storage, Duration.ofHours(1));
    }

    /** By somebody else's reader. */
    private static Path unpack(byte[] archive, Path target) throws IOException {
        Files.createDirectories(target);
        List<String> names = new ArrayList<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Files.copy(tar, target.resolve(entry.getName()));
                names.add(entry.getName());
            }
        }
        assertThat(names).doesNotHaveDuplicates().contains("config.json", "model.safetensors");
        return target;
    }
}
