package io.finemesh.store.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.TensorEntry;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.store.archive.Archives;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.manifest.CheckpointCatalogue;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.MemoryStorage.ProcessDeath;
import io.finemesh.store.storage.StorageFullException;
import io.finemesh.store.storage.StorageLayout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelImportTest {
    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();
    private Path model;

    @BeforeEach
    void writeModel() {
        model = TinyModel.write(directory.resolve("model"), 1);
    }

    @Test
    void groupsTensorsIntoOneObjectEachAndKeepsTheFilesVerbatim() {
        CheckpointId id = imports().fromDirectory(model.toString());

        Manifest manifest = new ManifestStore(storage).find(id).orElseThrow();
        Map<String, Set<String>> byBlob = manifest.tensors().stream()
                .collect(Collectors.groupingBy(
                        TensorEntry::blobDigest,
                        TreeMap::new,
                        Collectors.mapping(TensorEntry::name, Collectors.toSet())));
        assertThat(byBlob.values())
                .containsExactlyInAnyOrderElementsOf(TinyModel.structure().groups().stream()
                        .map(ModelImportTest::names)
                        .toList());
        assertThat(manifest.files())
                .extracting(file -> file.name())
                .containsExactly("config.json", "generation_config.json", "tokenizer.json");
        BlobStore blobs = new BlobStore(storage, Duration.ofHours(1));
        assertThat(blobs.read(
                        BlobStore.inContract(
                                manifest.file("config.json").orElseThrow().blob()),
                        10_000))
                .isEqualTo(TinyModel.CONFIG.getBytes(UTF_8));
        assertThat(manifest.parent()).isEmpty();
        assertThat(CheckpointCatalogue.parameterCount(manifest))
                .isEqualTo(TinyModel.structure().parameterCount());
    }

    @Test
    void everyObjectOfTheManifestIsThereUnderItsDigest() {
        CheckpointId id = imports().fromDirectory(model.toString());

        Manifest manifest = new ManifestStore(storage).find(id).orElseThrow();
        for (BlobReference blob : manifest.blobs()) {
            byte[] bytes = storage.objects()
                    .get(StorageLayout.blob(BlobStore.inContract(blob).digest()));
            assertThat(io.finemesh.checkpoint.digest.Sha256.of(bytes)).isEqualTo(blob.digest());
            assertThat(bytes).hasSize((int) blob.sizeBytes());
        }
    }

    @Test
    void theSameModelIsTheSameCheckpointHoweverItComes() throws IOException {
        CheckpointId id = imports().fromDirectory(model.toString());
        int objects = storage.objects().size();

        assertThat(imports().fromDirectory(model.toString())).isEqualTo(id);
        assertThat(imports().fromTar(tar("", model))).isEqualTo(id);
        assertThat(imports().fromTar(tar("./", model))).isEqualTo(id);
        assertThat(imports().fromTar(tar("my-model/", model))).isEqualTo(id);

        assertThat(storage.objects()).hasSize(objects);
        assertThat(imports()
                        .fromDirectory(
                                TinyModel.write(directory.resolve("other"), 2).toString()))
                .isNotEqualTo(id);
    }

    @Test
    void aHeaderOfManyTensorsThatTheModelLacksIsRefusedInAShortAnswer() throws IOException {
        String header = IntStream.range(0, 20_000)
                .mapToObj(i -> "\"t" + i + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}")
                .collect(Collectors.joining(",", "{", "}"));
        byte[] text = header.getBytes(UTF_8);
        Files.write(
                model.resolve("model.safetensors"),
                ByteBuffer.allocate(8 + text.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(text.length)
                        .put(text)
                        .array());

        RefusalException refusal = refused(() -> imports().fromDirectory(model.toString()));

        assertThat(refusal.errors()).hasSize(201).last().asString().matches("and [0-9]+ more of them");
        assertThat(storage.objects()).isEmpty();
    }

    @Test
    void nothingIsLeftInTheWorkDirectory() throws IOException {
        imports().fromTar(tar("", model));
        assertThatThrownBy(() -> imports().fromTar(new ByteArrayInputStream(new byte[100])))
                .isInstanceOf(RefusalException.class);

        try (Stream<Path> left = Files.list(directory.resolve("work"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void everyWrongFieldOfTheConfigurationIsNamedAtOnce() throws IOException {
        Files.writeString(
                model.resolve("config.json"),
                TinyModel.CONFIG
                        .replace("\"vocab_size\": 16", "\"vocab_size\": 0")
                        .replace("\"rms_norm_eps\": 1e-5", "\"rms_norm_eps\": -1"));

        RefusalException refusal = refused(() -> imports().fromDirectory(model.toString()));

        assertThat(refusal.kind()).isEqualTo(Kind.NOT_USABLE);
        assertThat(String.join("\n", refusal.errors())).contains("vocab_size").contains("rms_norm_eps");
        assertThat(storage.objects()).isEmpty();
    }

    @Test
    void weightsThatDoNotFitTheConfigurationAreRefusedTensorByTensor() throws IOException {
        Files.writeString(
                model.resolve("config.json"), TinyModel.CONFIG.replace("\"vocab_size\": 16", "\"vocab_size\": 17"));

        RefusalException refusal = refused(() -> imports().fromDirectory(model.toString()));

        assertThat(refusal.errors())
                .hasSize(2)
                .anyMatch(error -> error.contains("embed_tokens") && error.contains("17"))
                .anyMatch(error -> error.contains("lm_head"));
        assertThat(storage.objects()).isEmpty();
    }

    @Test
    void truncatedAndHostileWeightsAreRefusedAndNothingIsStored() throws IOException {
        byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
        for (int length : new int[] {0, 7, 8, 100, weights.length / 2, weights.length - 1}) {
            byte[] cut = new byte[length];
            System.arraycopy(weights, 0, cut, 0, length);
            Files.write(model.resolve("model.safetensors"), cut);

            assertThat(refused(() -> imports().fromDirectory(model.toString())).kind())
                    .as("cut to %d bytes", length)
                    .isEqualTo(Kind.NOT_USABLE);
        }
        byte[] hostile = weights.clone();
        hostile[7] = 0x7F;
        Files.write(model.resolve("model.safetensors"), hostile);

        assertThat(refused(() -> imports().fromDirectory(model.toString())).getMessage())
                .contains("model.safetensors");
        assertThat(storage.objects()).isEmpty();
    }

    @Test
    void aPathIsSaidToBeWrongInWords() throws IOException {
        assertThat(refused(() -> imports().fromDirectory("relative/path")).getMessage())
                .contains("relative");
        assertThat(refused(() -> imports()
                                .fromDirectory(directory.resolve("nowhere").toString()))
                        .getMessage())
                .contains("there is no directory");
        assertThat(refused(() -> imports().fromDirectory("/\0")).kind()).isEqualTo(Kind.MALFORMED);
        Files.delete(model.resolve("config.json"));
        assertThat(String.join(
                        " ",
                        refused(() -> imports().fromDirectory(model.toString())).errors()))
                .contains("config.json");
    }

    @Test
    void importsByPathMayBeConfined() throws IOException {
        Path allowed = Files.createDirectories(directory.resolve("allowed"));
        ModelImport confined =
                imports(new ImportLimits(directory.resolve("work"), 1 << 20, 1 << 20, List.of(allowed.toRealPath())));

        assertThat(refused(() -> confined.fromDirectory(model.toString())).getMessage())
                .contains("not below");
        Path inside = TinyModel.write(allowed.resolve("model"), 1);
        assertThat(confined.fromDirectory(inside.toString())).isNotNull();
        Path out = Files.createSymbolicLink(allowed.resolve("link"), model);
        assertThat(refused(() -> confined.fromDirectory(out.toString())).getMessage())
                .contains("not below");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil.json",
                "a/../../evil.json",
                "/etc/evil.json",
                "..\\evil.json",
                "C:/evil.json",
                "a/..",
                "evil\n.json",
            })
    void aNameThatWouldLeaveTheDirectoryIsRefused(String name) throws IOException {
        Path work = directory.resolve("work");

        RefusalException refusal =
                refused(() -> imports().fromTar(archive(tar -> Archives.put(tar, name, new byte[3]))));

        assertThat(refusal.kind()).isEqualTo(Kind.MALFORMED);
        assertThat(refusal.getMessage()).contains("would leave").doesNotContain("\n");
        try (Stream<Path> written = Files.walk(directory)) {
            assertThat(written.filter(path -> path.getFileName().toString().contains("evil")))
                    .isEmpty();
        }
        try (Stream<Path> left = Files.list(work)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void linksAndDevicesAreRefused() {
        assertThat(refused(() -> imports().fromTar(archive(tar -> {
                            TarArchiveEntry link = new TarArchiveEntry("config.json", TarConstants.LF_SYMLINK);
                            link.setLinkName("/etc/passwd");
                            tar.putArchiveEntry(link);
                            tar.closeArchiveEntry();
                        })))
                        .getMessage())
                .contains("is a link");
        assertThat(refused(() -> imports().fromTar(archive(tar -> {
                            tar.putArchiveEntry(new TarArchiveEntry("dev", TarConstants.LF_CHR));
                            tar.closeArchiveEntry();
                        })))
                        .getMessage())
                .contains("neither a file nor a directory");
    }

    @Test
    void archivesAboveTheLimitsAreRefusedWithTheLimit() {
        ModelImport small = imports(new ImportLimits(directory.resolve("work"), 2000, 500, List.of()));

        RefusalException file =
                refused(() -> small.fromTar(archive(tar -> Archives.put(tar, "tokenizer.json", new byte[501]))));
        RefusalException whole =
                refused(() -> small.fromTar(archive(tar -> Archives.put(tar, "model.safetensors", new byte[2001]))));
        RefusalException bystander =
                refused(() -> small.fromTar(archive(tar -> Archives.put(tar, "junk.bin", new byte[2001]))));

        assertThat(List.of(file, whole, bystander))
                .extracting(RefusalException::kind)
                .containsOnly(Kind.TOO_LARGE);
        assertThat(file.getMessage()).contains("500");
        assertThat(whole.getMessage()).contains("2000");
    }

    @Test
    void anArchiveWithAFileTwiceOrWithoutAModelIsRefused() {
        assertThat(refused(() -> imports().fromTar(archive(tar -> {
                            Archives.put(tar, "config.json", new byte[1]);
                            Archives.put(tar, "CONFIG.json", new byte[1]);
                        })))
                        .getMessage())
                .contains("twice");
        assertThat(refused(() -> imports().fromTar(archive(tar -> Archives.put(tar, "weights.bin", new byte[1]))))
                        .getMessage())
                .contains("no config.json");
        assertThat(refused(() -> imports().fromTar(archive(tar -> {
                            Archives.put(tar, "a/config.json", new byte[1]);
                            Archives.put(tar, "b/config.json", new byte[1]);
                        })))
                        .getMessage())
                .contains("2 folders");
    }

    @Test
    void anUploadThatIsCutOffIsRefused() throws IOException {
        byte[] whole = tar("", model).readAllBytes();
        byte[] cut = new byte[whole.length / 2];
        System.arraycopy(whole, 0, cut, 0, cut.length);

        assertThat(refused(() -> imports().fromTar(new ByteArrayInputStream(cut)))
                        .getMessage())
                .contains("cut off");
        assertThat(storage.objects()).isEmpty();
    }

    @Test
    void aFullStorageIsSaidAndTheNextAttemptGoesOn() {
        storage.fail((index, operation) -> operation.startsWith("put") && index > 8 ? Fault.FULL : Fault.NONE);
        assertThatThrownBy(() -> imports().fromDirectory(model.toString())).isInstanceOf(StorageFullException.class);
        assertThat(storage.objects().keySet()).noneMatch(key -> key.startsWith("manifests/"));

        storage.fail(FaultPlan.NONE);
        CheckpointId id = imports().fromDirectory(model.toString());

        assertThat(new ManifestStore(storage).find(id)).isPresent();
    }

    /** Crash safety of the import: after death at any operation a repetition ends in the one same state. */
    @Test
    void deathAtAnyOperationLeavesNothingOrAWholeCheckpoint() {
        CheckpointId id = imports().fromDirectory(model.toString());
        Set<String> expected = storage.objects().keySet();
        int operations = fresh(FaultPlan.NONE).operations().size();

        for (Fault fault : List.of(Fault.DEATH_BEFORE, Fault.DEATH_AFTER, Fault.REPLY_LOST, Fault.SERVER_ERROR)) {
            for (int at = 0; at < operations; at++) {
                MemoryStorage dying = fresh(FaultPlan.once(at, fault));
                Optional<Manifest> manifest = new ManifestStore(dying).find(id);
                manifest.ifPresent(committed -> assertThat(dying.objects().keySet())
                        .containsAll(committed.blobs().stream()
                                .map(blob -> StorageLayout.blob(
                                        BlobStore.inContract(blob).digest()))
                                .toList()));

                dying.fail(FaultPlan.NONE);
                assertThat(imports(dying).fromDirectory(model.toString())).isEqualTo(id);

                assertThat(dying.objects().keySet()).as("%s at %d", fault, at).isEqualTo(expected);
            }
        }
    }

    /** A storage on which an import was attempted under this plan. */
    private MemoryStorage fresh(FaultPlan plan) {
        MemoryStorage used = new MemoryStorage();
        used.fail(plan);
        try {
            imports(used).fromDirectory(model.toString());
        } catch (ProcessDeath | io.finemesh.store.storage.StorageException ended) {
            assertThat(ended).isNotNull();
        }
        return used;
    }

    @Test
    void importsARealModel() {
        Path stories = Path.of(System.getProperty("finemesh.shared", "../shared"), "data", "stories260K");
        assumeTrue(Files.isDirectory(stories), "no real model: " + stories + " is missing");

        CheckpointId id = imports().fromDirectory(stories.toAbsolutePath().toString());

        Manifest manifest = new ManifestStore(storage).find(id).orElseThrow();
        assertThat(CheckpointCatalogue.parameterCount(manifest)).isEqualTo(260_032);
        assertThat(manifest.weightBlobs())
                .as("embedding, five layers, final norm; the head is tied")
                .hasSize(7);
    }

    private static Set<String> names(ParameterGroup group) {
        return TinyModel.structure().tensorsOf(group).stream()
                .map(tensor -> tensor.name())
                .collect(Collectors.toSet());
    }

    private ModelImport imports() {
        return imports(storage);
    }

    private ModelImport imports(MemoryStorage used) {
        return new ModelImport(
                new BlobStore(used, Duration.ofHours(1)),
                new ManifestStore(used),
                new ImportLimits(directory.resolve("work"), 1 << 20, 1 << 20, List.of()));
    }

    private ModelImport imports(ImportLimits limits) {
        return new ModelImport(new BlobStore(storage, Duration.ofHours(1)), new ManifestStore(storage), limits);
    }

    private static RefusalException refused(ThrowingRunnable work) {
        try {
            work.run();
        } catch (RefusalException refusal) {
            return refusal;
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
        throw new AssertionError("nothing was refused");
    }

    @FunctionalInterface
    private interface ThrowingRunnable {
        void run() throws IOException;
    }

    private static InputStream archive(Archives.Filling filling) throws IOException {
        return new ByteArrayInputStream(Archives.of(filling));
    }

    private static InputStream tar(String prefix, Path model) throws IOException {
        return new ByteArrayInputStream(Archives.ofDirectory(prefix, model));
    }
}
