package io.finemesh.store.storage;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Remembers that the storage had no room: it does not count as reachable from then until something could be written again. Nobody may
 * want to write for a long time, so whoever asks makes an attempt.
 */
public final class SpaceAwareStorage implements ObjectStorage {
    /** Enough that an attempt does not succeed in what a refused upload leaves of the last blocks of a disk. */
    private static final int ATTEMPT_BYTES = 1 << 20;

    private static final ObjectContent ATTEMPT = ObjectContent.of(new byte[ATTEMPT_BYTES]);

    private final ObjectStorage storage;
    private volatile boolean full;

    public SpaceAwareStorage(ObjectStorage storage) {
        this.storage = storage;
    }

    @Override
    public PutOutcome putIfAbsent(String key, ObjectContent content) {
        return written(() -> storage.putIfAbsent(key, content), PutOutcome.CREATED);
    }

    @Override
    public CopyOutcome copy(String source, String entityTag, String target) {
        return written(() -> storage.copy(source, entityTag, target), CopyOutcome.COPIED);
    }

    @Override
    public void requireReachable() {
        storage.requireReachable();
        if (full) {
            storage.delete(StorageLayout.ATTEMPT);
            putIfAbsent(StorageLayout.ATTEMPT, ATTEMPT);
            storage.delete(StorageLayout.ATTEMPT);
        }
    }

    private <T> T written(Supplier<T> write, T proof) {
        try {
            T outcome = write.get();
            if (outcome == proof) {
                full = false;
            }
            return outcome;
        } catch (StorageFullException noRoom) {
            full = true;
            throw noRoom;
        }
    }

    @Override
    public Optional<StoredObject> get(String key) {
        return storage.get(key);
    }

    @Override
    public Optional<ObjectFacts> head(String key) {
        return storage.head(key);
    }

    @Override
    public List<ObjectFacts> list(String prefix) {
        return storage.list(prefix);
    }

    @Override
    public void delete(String key) {
        storage.delete(key);
    }

    @Override
    public URI presignGet(String key, Duration validity) {
        return storage.presignGet(key, validity);
    }

    @Override
    public URI presignPut(String key, long sizeBytes, Duration validity) {
        return storage.presignPut(key, sizeBytes, validity);
    }

    /** The storage itself. */
    public ObjectStorage behind() {
        return storage;
    }
}
