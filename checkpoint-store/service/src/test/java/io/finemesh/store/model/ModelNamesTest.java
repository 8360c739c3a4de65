package io.finemesh.store.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.commit.SegmentCommit;
import io.finemesh.store.commit.Segments;
import io.finemesh.store.commit.Segments.Result;
import io.finemesh.store.manifest.CheckpointCatalogue;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.NumberedObjects;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelNamesTest {
    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();
    private final ManifestStore manifests = new ManifestStore(storage);
    private final BlobStore blobs = new BlobStore(storage, Duration.ofHours(1));
    private final ModelNames names =
            new ModelNames(new NumberedObjects(storage), new CheckpointCatalogue(manifests, blobs));
    private CheckpointId root;
    private CheckpointId trained;

    @BeforeEach
    void train() {
        Manifest manifest = Segments.root(storage, directory);
        root = new CheckpointId(manifest.checkpointId());
        Result result = Segments.next("run", 0, manifest).stageIn(storage);
        new SegmentCommit(blobs, manifests).attempt(result.claim());
        trained = result.claim().checkpoint();
    }

    @Test
    void aModelSaysWhetherItHasAChatTemplate() {
        CheckpointCatalogue catalogue = new CheckpointCatalogue(manifests, blobs);
        Manifest bare = manifests.find(root).orElseThrow();

        names.point("m", root);
        assertThat(names.resolve("m").chatTemplate()).contains(false);
        assertThat(catalogue.describe(root).chatTemplate()).contains(false);
        assertThat(catalogue.hasChatTemplate(with(bare, "chat_template.jinja", "{{ messages }}")))
                .isTrue();
        assertThat(catalogue.hasChatTemplate(with(bare, "tokenizer_config.json", "{\"chat_template\":\"x\"}")))
                .isTrue();
        for (String without : List.of("{}", "{\"chat_template\":null}", "no JSON")) {
            assertThat(catalogue.hasChatTemplate(with(bare, "tokenizer_config.json", without)))
                    .as(without)
                    .isFalse();
        }
    }

    private Manifest with(Manifest manifest, String name, String content) {
        List<FileEntry> files = new ArrayList<>(manifest.files());
        files.removeIf(file -> file.name().equals(name));
        files.add(new FileEntry(name, BlobStore.inManifest(blobs.put(content.getBytes(UTF_8)))));
        return new Manifest(
                manifest.format(),
                manifest.parent(),
                manifest.trainedBy(),
                manifest.weightsDigest(),
                files,
                manifest.weightBlobs(),
                manifest.tensors(),
                manifest.trainingState(),
                manifest.ledger());
    }

    @Test
    void theNewestPointerCountsAndOlderOnesStay() {
        assertThat(names.point("m", root).number()).isEqualTo(1);
        assertThat(names.point("m", trained).number()).isEqualTo(2);
        assertThat(names.point("m", trained).number()).isEqualTo(2);

        ModelDescriptor model = names.resolve("m");
        assertThat(model.checkpoint()).isEqualTo(trained);
        assertThat(model.configurationJson()).isEqualTo(TinyModel.CONFIG);
        assertThat(model.parameterCount()).isEqualTo(TinyModel.structure().parameterCount());
        assertThat(new String(storage.objects().get("models/m/00000001.json"), UTF_8))
                .isEqualTo("{\"checkpoint\":\"" + root + "\"}\n");
    }

    @Test
    void aRequestThatComesAgainLateDoesNotTakeTheNameBack() {
        names.pointOnce("m", root);
        names.pointOnce("m", trained);

        assertThat(names.pointOnce("m", root).number()).isEqualTo(1);

        assertThat(names.resolve("m").checkpoint()).isEqualTo(trained);
        assertThat(names.point("m", root).number()).as("a person may").isEqualTo(3);
    }

    @Test
    void listsEveryNameOnce() {
        names.point("b", root);
        names.point("a", root);
        names.point("a", trained);

        assertThat(names.all()).extracting(ModelDescriptor::name).containsExactly("a", "b");
        assertThat(names.all().getFirst().checkpoint()).isEqualTo(trained);
    }

    @Test
    void aNameForNothingAndANameForWhatDoesNotExistAreRefused() {
        names.point("known", root);

        assertThatThrownBy(() -> names.resolve("unknown"))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.kind())
                        .isEqualTo(Kind.UNKNOWN))
                .hasMessageContaining("there are known");
        assertThatThrownBy(() -> names.point("m", new CheckpointId("ck-" + "0".repeat(32))))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.kind())
                        .isEqualTo(Kind.UNKNOWN));
        assertThatThrownBy(() -> names.point("a/b", root))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.kind())
                        .isEqualTo(Kind.MALFORMED));
    }

    @Test
    void aPointerThatIsNoneIsSaidWithItsKey() {
        storage.place("models/m/00000001.json", "{}".getBytes(UTF_8));

        assertThatThrownBy(() -> names.resolve("m")).hasMessageContaining("models/m/00000001.json");
    }
}
