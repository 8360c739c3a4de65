package io.finemesh.checkpoint.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.Dtype;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ManifestTest {
    private static final FileEntry CONFIG = new FileEntry("config.json", blob("config", 400));
    private static final FileEntry TOKENIZER = new FileEntry("tokenizer.json", blob("tokenizer", 9000));
    private static final StagedBlob EMBEDDING = staged("embedding", 1, tensor("model.embed_tokens.weight", 16, 8));
    private static final StagedBlob LAYER = staged(
            "layer.0",
            1,
            tensor("model.layers.0.mlp.up_proj.weight", 12, 8),
            tensor("model.layers.0.input_layernorm.weight", 8));
    private static final StagedBlob FINAL = staged("final", 1, tensor("model.norm.weight", 8));
    private static final TrainedBy SEGMENT = new TrainedBy("run-01", 3, 40);

    static Manifest base() {
        return Manifest.imported(List.of(TOKENIZER, CONFIG), List.of(EMBEDDING, LAYER, FINAL));
    }

    static Manifest trained() {
        return base().child(
                        SEGMENT,
                        List.of(retrained(LAYER, 2)),
                        Optional.of(new TrainingStateEntry(
                                "{\"step\":40,\"seed\":\"7\"}", List.of(blob("moments", 512), blob("moments2", 8)))),
                        Optional.of(blob("ledger", 100)));
    }

    @Test
    void bytesAndIdOfAnImportNeverChange() throws IOException {
        assertGolden(base(), "imported.json", "ck-b7f7308b325e39b4ca49ca729ba79918");
    }

    @Test
    void bytesAndIdOfAChildNeverChange() throws IOException {
        assertGolden(trained(), "trained.json", "ck-e282e27bf8ebc5de7e899731b8d1fa26");
    }

    private static void assertGolden(Manifest manifest, String resource, String id) throws IOException {
        try (InputStream in = ManifestTest.class.getResourceAsStream("/manifest/" + resource)) {
            byte[] golden = in.readAllBytes();
            assertThat(manifest.canonicalJson())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo(new String(golden, StandardCharsets.UTF_8));
            assertThat(Manifest.parse(golden)).isEqualTo(manifest);
        }
        assertThat(manifest.checkpointId()).isEqualTo(id);
    }

    @Test
    void idIsThatOfItsBytes() {
        byte[] json = trained().canonicalJson();

        assertThat(trained().checkpointId())
                .isEqualTo("ck-" + Sha256.of(json).substring(0, 32))
                .isEqualTo(Manifest.checkpointId(json));
        assertThat(Manifest.isCheckpointId(trained().checkpointId())).isTrue();
        assertThat(json).asString(StandardCharsets.UTF_8).endsWith("}\n").doesNotContain(" ");
    }

    @Test
    void orderOfTheInputDoesNotMatter() {
        Random random = new Random(11);
        for (int round = 0; round < 20; round++) {
            List<FileEntry> files = new ArrayList<>(List.of(CONFIG, TOKENIZER));
            List<StagedBlob> blobs = new ArrayList<>();
            for (StagedBlob staged : List.of(EMBEDDING, LAYER, FINAL)) {
                List<TensorEntry> tensors = new ArrayList<>(staged.tensors());
                Collections.shuffle(tensors, random);
                blobs.add(new StagedBlob(staged.blob(), tensors));
            }
            Collections.shuffle(files, random);
            Collections.shuffle(blobs, random);

            assertThat(Manifest.imported(files, blobs)).isEqualTo(base());
        }
    }

    @Test
    void childReplacesWhatWasTrainedAndKeepsTheRest() {
        Manifest child = trained();

        assertThat(child.parent()).contains(base().checkpointId());
        assertThat(child.trainedBy()).contains(SEGMENT);
        assertThat(child.files()).isEqualTo(base().files());
        assertThat(child.tensors()).extracting(TensorEntry::name).isEqualTo(names(base()));
        for (TensorEntry tensor : child.tensors()) {
            TensorEntry before = base().find(tensor.name()).orElseThrow();
            boolean replaced = tensor.name().contains("layers.0");
            assertThat(tensor.tensorDigest().equals(before.tensorDigest())).isEqualTo(!replaced);
            assertThat(tensor.shape()).isEqualTo(before.shape());
        }
        assertThat(child.weightBlobs())
                .contains(EMBEDDING.blob(), FINAL.blob(), retrained(LAYER, 2).blob())
                .doesNotContain(LAYER.blob());
        assertThat(child.weightsDigest()).isNotEqualTo(base().weightsDigest());
        assertThat(child.blobs()).hasSize(2 + 3 + 2 + 1);
    }

    @Test
    void segmentThatChangesNothingKeepsTheWeightsDigestButIsAnotherCheckpoint() {
        Manifest child = base().child(SEGMENT, List.of(), Optional.empty(), Optional.empty());

        assertThat(child.weightsDigest()).isEqualTo(base().weightsDigest());
        assertThat(child.weightBlobs()).isEqualTo(base().weightBlobs());
        assertThat(child.checkpointId()).isNotEqualTo(base().checkpointId());
    }

    @Test
    void blobStaysWhileAnyOfItsTensorsIsCurrent() {
        StagedBlob half = staged("half", 2, tensor("model.layers.0.mlp.up_proj.weight", 12, 8));

        Manifest child = base().child(SEGMENT, List.of(half), Optional.empty(), Optional.empty());

        assertThat(child.weightBlobs()).contains(LAYER.blob(), half.blob());
    }

    @Test
    void sameWorkGivesTheSameCheckpointWhoeverDoesItAgain() {
        assertThat(trained().checkpointId()).isEqualTo(trained().checkpointId());
        assertThat(trained().canonicalJson())
                .isEqualTo(Manifest.parse(trained().canonicalJson()).canonicalJson());
    }

    /** Trains random groups for a while; in the end only the latest content of each tensor counts. */
    @Test
    void chainOfChildrenHoldsTheLatestOfEachTensor() {
        List<StagedBlob> groups = List.of(EMBEDDING, LAYER, FINAL);
        Random random = new Random(5);
        Manifest current = base();
        int[] version = {1, 1, 1};
        for (int segment = 0; segment < 40; segment++) {
            int group = random.nextInt(groups.size());
            version[group] = segment + 2;
            Manifest next = current.child(
                    new TrainedBy("run-01", segment, segment),
                    List.of(retrained(groups.get(group), version[group])),
                    Optional.empty(),
                    Optional.empty());

            assertThat(next.parent()).contains(current.checkpointId());
            assertThat(Manifest.parse(next.canonicalJson())).isEqualTo(next);
            List<StagedBlob> latest = new ArrayList<>();
            for (int i = 0; i < groups.size(); i++) {
                latest.add(retrained(groups.get(i), version[i]));
            }
            Manifest direct = Manifest.imported(List.of(CONFIG, TOKENIZER), latest);
            assertThat(next.weightsDigest()).isEqualTo(direct.weightsDigest());
            assertThat(next.tensors()).isEqualTo(direct.tensors());
            assertThat(next.weightBlobs()).isEqualTo(direct.weightBlobs());
            current = next;
        }
    }

    @Test
    void weightsDigestDoesNotDependOnHowTensorsAreSpreadOverBlobs() {
        TensorEntry norm = FINAL.tensors().getFirst();
        TensorEntry elsewhere =
                new TensorEntry(norm.name(), norm.dtype(), norm.shape(), norm.tensorDigest(), Sha256.of(new byte[1]));

        assertThat(WeightsDigest.of(List.of(elsewhere))).isEqualTo(WeightsDigest.of(List.of(norm)));
    }

    @Test
    void weightsDigestIsThatOfItsDefinition() {
        TensorEntry matrix = new TensorEntry("a.b", Dtype.BF16, List.of(2L, 3L), "1".repeat(64), "2".repeat(64));
        TensorEntry scalar = new TensorEntry("A", Dtype.F32, List.of(), "3".repeat(64), "2".repeat(64));

        String lines = "A\0F32\0\0" + "3".repeat(64) + "\n" + "a.b\0BF16\0" + "2,3\0" + "1".repeat(64) + "\n";
        assertThat(WeightsDigest.of(List.of(matrix, scalar)))
                .isEqualTo(Sha256.of(lines.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void childListsEveryTensorThatDoesNotFit() {
        StagedBlob foreign = staged(
                "foreign",
                1,
                tensor("model.layers.7.mlp.up_proj.weight", 12, 8),
                tensor("model.norm.weight", 9),
                new TensorEntry("model.embed_tokens.weight", Dtype.BF16, List.of(16L, 8L), digest("x"), digest("y")));
        StagedBlob again = staged("again", 1, tensor("model.norm.weight", 8));

        ManifestException refused = catchThrowableOfType(ManifestException.class, () -> base().child(
                        SEGMENT, List.of(foreign, again), Optional.empty(), Optional.empty()));

        assertThat(refused.problems())
                .extracting(Problem::describe)
                .containsExactly(
                        "model.layers.7.mlp.up_proj.weight: found a staged tensor; allowed: only tensors that the parent has",
                        "model.norm.weight: found shape [9]; allowed: shape [8]",
                        "model.embed_tokens.weight: found dtype BF16; allowed: dtype F32",
                        "model.norm.weight: found a tensor staged twice; allowed: each tensor in one blob");
    }

    @Test
    void childRefusesABlobOfAnotherSizeThanTheParentKnows() {
        StagedBlob lie = new StagedBlob(new BlobReference(FINAL.blob().digest(), 1), FINAL.tensors());

        assertThatThrownBy(() -> base().child(SEGMENT, List.of(lie), Optional.empty(), Optional.empty()))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("found 1 bytes");
    }

    @Test
    void importRefusesATensorInTwoBlobsAndAFileTwice() {
        StagedBlob again = staged("again", 1, tensor("model.norm.weight", 8));

        assertThatThrownBy(() -> Manifest.imported(List.of(CONFIG, CONFIG), List.of(EMBEDDING, FINAL, again)))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("'model.norm.weight' twice")
                .hasMessageContaining("'config.json' twice");
        assertThatThrownBy(() -> Manifest.imported(List.of(CONFIG), List.of()))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("at least one");
    }

    private static List<String> names(Manifest manifest) {
        return manifest.tensors().stream().map(TensorEntry::name).toList();
    }

    private static TensorEntry tensor(String name, long... shape) {
        List<Long> extents = Arrays.stream(shape).boxed().toList();
        return new TensorEntry(name, Dtype.F32, extents, digest(name), digest("unplaced"));
    }

    /** A blob whose tensors' contents are determined by the version. */
    private static StagedBlob staged(String name, int version, TensorEntry... tensors) {
        BlobReference blob = blob(name + version, 1000 + tensors.length);
        List<TensorEntry> placed = new ArrayList<>();
        for (TensorEntry tensor : tensors) {
            placed.add(new TensorEntry(
                    tensor.name(), tensor.dtype(), tensor.shape(), digest(tensor.name() + version), blob.digest()));
        }
        return new StagedBlob(blob, placed);
    }

    private static StagedBlob retrained(StagedBlob group, int version) {
        return version == 1
                ? group
                : staged(group.blob().digest(), version, group.tensors().toArray(TensorEntry[]::new));
    }

    private static BlobReference blob(String content, long size) {
        return new BlobReference(digest(content), size);
    }

    private static String digest(String content) {
        return Sha256.of(content.getBytes(StandardCharsets.UTF_8));
    }
}
