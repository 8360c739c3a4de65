package io.finemesh.store.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import org.junit.jupiter.api.Test;

class StorageLayoutTest {
    private static final BlobDigest DIGEST = new BlobDigest("ab".repeat(32));

    @Test
    void keysAreWhereTheMeshAgreedThatTheyAre() {
        assertThat(StorageLayout.blob(DIGEST)).isEqualTo("blobs/sha256/ab/" + "ab".repeat(32));
        assertThat(StorageLayout.staged(DIGEST)).isEqualTo("staging/sha256/ab/" + "ab".repeat(32));
        assertThat(StorageLayout.manifest(new CheckpointId("ck-1"))).isEqualTo("manifests/ck-1.json");
        assertThat(StorageLayout.model("m", 12)).isEqualTo("models/m/00000012.json");
        assertThat(StorageLayout.dataset("d", 1)).isEqualTo("datasets/d/00000001.json");
        assertThat(StorageLayout.announced("models/m/00000012.json")).isEqualTo("announced/models/m/00000012.json");
    }

    @Test
    void numbersSortAsTextAsTheyDoAsNumbers() {
        assertThat(StorageLayout.model("m", 9)).isLessThan(StorageLayout.model("m", 10));
        assertThat(StorageLayout.model("m", 99)).isLessThan(StorageLayout.model("m", 12_345_678));
    }

    @Test
    void aNumberThatWouldBreakTheOrderIsRefused() {
        assertThatThrownBy(() -> StorageLayout.model("m", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> StorageLayout.model("m", 100_000_000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsBackOnlyItsOwnNumberedKeys() {
        assertThat(StorageLayout.parse("datasets/d/00000042.json"))
                .hasValueSatisfying(key -> assertThat(key.number()).isEqualTo(42));
        assertThat(StorageLayout.parse("datasets/d/42.json")).isEmpty();
        assertThat(StorageLayout.parse("announced/models/m/00000001.json")).isEmpty();
        assertThat(StorageLayout.parse("models/a/b/00000001.json")).isEmpty();
    }
}
