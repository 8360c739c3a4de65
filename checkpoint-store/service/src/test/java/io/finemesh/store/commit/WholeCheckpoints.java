package io.finemesh.store.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.safetensors.FileDigest.TensorDigest;
import io.finemesh.checkpoint.safetensors.SafetensorsVerifier;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.StorageLayout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What must hold of a storage at any moment, checked without the code under test. */
public final class WholeCheckpoints {
    private WholeCheckpoints() {}

    /** Ids of all manifests, each of which is whole: canonical, of its own id, with every object there and as described. */
    public static Set<String> requireNoneTorn(MemoryStorage storage) {
        TreeMap<String, byte[]> objects = storage.objects();
        Set<String> ids = new TreeSet<>();
        objects.forEach((key, bytes) -> {
            if (key.startsWith("blobs/")) {
                assertThat(Sha256.of(bytes)).as("name of %s", key).isEqualTo(key.substring(key.lastIndexOf('/') + 1));
            }
            if (key.startsWith("manifests/")) {
                Manifest manifest = Manifest.parse(bytes);
                assertThat(key).isEqualTo("manifests/" + manifest.checkpointId() + ".json");
                requireWhole(manifest, objects);
                ids.add(manifest.checkpointId());
            }
        });
        return ids;
    }

    private static void requireWhole(Manifest manifest, Map<String, byte[]> objects) {
        for (BlobReference blob : manifest.blobs()) {
            byte[] bytes =
                    objects.get(StorageLayout.blob(BlobStore.inContract(blob).digest()));
            assertThat(bytes)
                    .as("object %s of %s", blob.digest(), manifest.checkpointId())
                    .isNotNull();
            assertThat(bytes.length).isEqualTo((int) blob.sizeBytes());
        }
        Map<String, String> digests = new HashMap<>();
        for (BlobReference blob : manifest.weightBlobs()) {
            byte[] bytes =
                    objects.get(StorageLayout.blob(BlobStore.inContract(blob).digest()));
            try {
                for (TensorDigest tensor : SafetensorsVerifier.digest(new ByteArrayInputStream(bytes), bytes.length)
                        .tensors()) {
                    digests.put(blob.digest() + tensor.tensor().name(), tensor.digest());
                }
            } catch (IOException invalid) {
                throw new UncheckedIOException(invalid);
            }
        }
        manifest.tensors().forEach(tensor -> assertThat(digests.get(tensor.blobDigest() + tensor.name()))
                .as("tensor %s of %s", tensor.name(), manifest.checkpointId())
                .isEqualTo(tensor.tensorDigest()));
    }
}
