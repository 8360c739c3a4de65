package io.finemesh.store.storage;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.store.storage.ObjectStorage.PutOutcome;
import java.io.IOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Writes an object once and knows afterwards whether it is there. A reply that was lost, timed out or says that the key is taken leaves
 * open whose bytes are under the key; they are read back and compared.
 */
public final class DecisivePut {
    private static final int CHUNK_BYTES = 256 * 1024;

    private final ObjectStorage storage;

    public DecisivePut(ObjectStorage storage) {
        this.storage = storage;
    }

    /** What is under the key now. */
    public enum Outcome {
        /** These bytes, written by this call or an earlier one. */
        PRESENT,
        /** Other bytes; nothing was written. */
        DIFFERENT
    }

    /**
     * Writes unless the key is taken.
     *
     * @throws StorageException if the bytes are not under the key, or it cannot be told; repeating is harmless
     */
    public Outcome put(String key, ObjectContent content) {
        PutOutcome outcome;
        try {
            outcome = storage.putIfAbsent(key, content);
        } catch (StorageUnavailableException ambiguous) {
            Optional<Outcome> found = readBack(key, content);
            if (found.isPresent()) {
                return found.get();
            }
            throw ambiguous;
        }
        return switch (outcome) {
            case CREATED -> Outcome.PRESENT;
            case TAKEN ->
                readBack(key, content)
                        .orElseThrow(() -> new StorageUnavailableException(
                                "the object " + key + " was there and is gone; repeat the request"));
        };
    }

    private Optional<Outcome> readBack(String key, ObjectContent content) {
        Optional<StoredObject> found = storage.get(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (StoredObject object = found.get()) {
            if (object.facts().sizeBytes() != content.sizeBytes()) {
                return Optional.of(Outcome.DIFFERENT);
            }
            MessageDigest digest = Sha256.start();
            DigestInputStream body = new DigestInputStream(object.body(), digest);
            byte[] chunk = new byte[CHUNK_BYTES];
            while (body.read(chunk) >= 0) {
                // The digest is what is wanted.
            }
            return Optional.of(Sha256.finish(digest).equals(content.sha256()) ? Outcome.PRESENT : Outcome.DIFFERENT);
        } catch (IOException lost) {
            throw new StorageUnavailableException("reading back " + key + " was cut off: " + lost.getMessage(), lost);
        }
    }
}
