package io.finemesh.store.manifest;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.ManifestException;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.store.storage.DecisivePut;
import io.finemesh.store.storage.ObjectContent;
import io.finemesh.store.storage.ObjectStorage;
import io.finemesh.store.storage.StorageLayout;
import io.finemesh.store.storage.StorageUnavailableException;
import io.finemesh.store.storage.StoredObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Manifests, each written once. Its id is derived from its bytes, so writing it again is recognised and changes nothing. Thread-safe.
 */
public final class ManifestStore {
    private static final int REMEMBERED = 32;

    /** Damage on the way is not damage in storage, so bytes that are wrong are read once more. */
    private static final int READS_UNTIL_BELIEVED = 2;

    private final ObjectStorage storage;
    private final DecisivePut puts;
    private final Map<CheckpointId, Manifest> remembered = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CheckpointId, Manifest> eldest) {
            return size() > REMEMBERED;
        }
    };

    public ManifestStore(ObjectStorage storage) {
        this.storage = storage;
        this.puts = new DecisivePut(storage);
    }

    /**
     * Commits a checkpoint. Every blob it names must be readable by now.
     *
     * @return its id
     * @throws DamagedManifestException if other bytes are under the manifest's key
     */
    public CheckpointId put(Manifest manifest) {
        byte[] bytes = manifest.canonicalJson();
        CheckpointId id = new CheckpointId(Manifest.checkpointId(bytes));
        return switch (puts.put(StorageLayout.manifest(id), ObjectContent.of(bytes))) {
            case PRESENT -> {
                remember(id, manifest);
                yield id;
            }
            case DIFFERENT ->
                throw new DamagedManifestException(id, "its bytes are not those that its content has", null);
        };
    }

    /**
     * The bytes of a committed manifest; empty if the checkpoint does not exist.
     *
     * @throws DamagedManifestException if what is stored under its id is not that manifest
     */
    public Optional<byte[]> bytes(CheckpointId id) {
        for (int read = 1; ; read++) {
            Optional<byte[]> found = read(id);
            if (found.isEmpty()) {
                return found;
            }
            String actual = Manifest.checkpointId(found.get());
            if (actual.equals(id.value())) {
                return found;
            }
            if (read == READS_UNTIL_BELIEVED) {
                throw new DamagedManifestException(id, "its bytes are those of " + actual, null);
            }
        }
    }

    private Optional<byte[]> read(CheckpointId id) {
        Optional<StoredObject> found = storage.get(StorageLayout.manifest(id));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (StoredObject object = found.get()) {
            return Optional.of(object.body().readAllBytes());
        } catch (IOException lost) {
            throw new StorageUnavailableException(
                    "reading the manifest of " + id + " was cut off: " + lost.getMessage(), lost);
        }
    }

    /**
     * A committed manifest; empty if the checkpoint does not exist.
     *
     * @throws DamagedManifestException if what is stored under its id is not that manifest
     */
    public Optional<Manifest> find(CheckpointId id) {
        synchronized (remembered) {
            Manifest known = remembered.get(id);
            if (known != null) {
                return Optional.of(known);
            }
        }
        return bytes(id).map(bytes -> {
            try {
                Manifest manifest = Manifest.parse(bytes);
                remember(id, manifest);
                return manifest;
            } catch (ManifestException malformed) {
                throw new DamagedManifestException(id, malformed.getMessage(), malformed);
            }
        });
    }

    private void remember(CheckpointId id, Manifest manifest) {
        synchronized (remembered) {
            remembered.put(id, manifest);
        }
    }
}
