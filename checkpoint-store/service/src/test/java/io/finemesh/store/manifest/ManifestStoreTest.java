package io.finemesh.store.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.CheckpointDescriptor;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.commit.SegmentCommit;
import io.finemesh.store.commit.Segments;
import io.finemesh.store.commit.Segments.Result;
import io.finemesh.store.model.TinyModel;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestStoreTest {
    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();
    private Manifest root;
    private CheckpointId id;

    @BeforeEach
    void importModel() {
        root = Segments.root(storage, directory);
        id = new CheckpointId(root.checkpointId());
    }

    @Test
    void everyBitFlipInAManifestIsFoundOut() {
        byte[] bytes = root.canonicalJson();
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            byte[] flipped = bytes.clone();
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            storage.place("manifests/" + id + ".json", flipped);

            assertThatThrownBy(() -> new ManifestStore(storage).find(id))
                    .isInstanceOf(DamagedManifestException.class)
                    .hasMessageContaining(id.value());
        }
    }

    @Test
    void damageOnTheWayIsReadAgain() {
        storage.fail(FaultPlan.first("get", Fault.BODY_DAMAGED));

        assertThat(new ManifestStore(storage).find(id)).contains(root);
    }

    @Test
    void aConnectionThatIsCutIsNotDamage() {
        storage.fail(FaultPlan.first("get", Fault.BODY_CUT));

        assertThatThrownBy(() -> new ManifestStore(storage).find(id)).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void writingAManifestAgainChangesNothing() {
        assertThat(new ManifestStore(storage).put(root)).isEqualTo(id);
    }

    @Test
    void otherBytesUnderTheKeyAreNotReplaced() {
        byte[] other = root.canonicalJson();
        other[10] ^= 1;
        storage.place("manifests/" + id + ".json", other);

        assertThatThrownBy(() -> new ManifestStore(storage).put(root)).isInstanceOf(DamagedManifestException.class);

        assertThat(storage.objects().get("manifests/" + id + ".json")).isEqualTo(other);
    }

    @Test
    void describesARootAndItsChild() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        BlobStore blobs = new BlobStore(storage, Duration.ofHours(1));
        ManifestStore manifests = new ManifestStore(storage);
        new SegmentCommit(blobs, manifests).attempt(result.claim());
        CheckpointCatalogue catalogue = new CheckpointCatalogue(manifests, blobs);

        CheckpointDescriptor parent = catalogue.describe(id);
        CheckpointDescriptor child = catalogue.describe(result.claim().checkpoint());

        assertThat(parent.parent()).isEmpty();
        assertThat(parent.runId()).isEmpty();
        assertThat(parent.configurationJson()).isEqualTo(TinyModel.CONFIG);
        assertThat(parent.parameterCount()).isEqualTo(TinyModel.structure().parameterCount());
        assertThat(parent.weightBytes()).isEqualTo(4 * parent.parameterCount());
        assertThat(parent.changedTensors()).hasSize(root.tensors().size());
        assertThat(child.parent()).contains(id);
        assertThat(child.runId()).contains(result.claim().runId());
        assertThat(child.segmentIndex()).hasValue(0);
        assertThat(child.lastStep()).hasValue(2);
        assertThat(child.changedTensors()).hasSize(9).allMatch(name -> name.startsWith("model.layers.0."));
        assertThat(child.weightsDigest()).isNotEqualTo(parent.weightsDigest());
        assertThat(child.configurationJson()).isEqualTo(TinyModel.CONFIG);
    }

    @Test
    void whatIsNoIdAndWhatDoesNotExistAreToldApart() {
        CheckpointCatalogue catalogue =
                new CheckpointCatalogue(new ManifestStore(storage), new BlobStore(storage, Duration.ofHours(1)));

        assertThatThrownBy(() -> CheckpointCatalogue.parse("../secrets"))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.kind())
                        .isEqualTo(Kind.MALFORMED));
        assertThatThrownBy(() -> catalogue.describe(new CheckpointId("ck-" + "0".repeat(32))))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.kind())
                        .isEqualTo(Kind.UNKNOWN));
    }
}
