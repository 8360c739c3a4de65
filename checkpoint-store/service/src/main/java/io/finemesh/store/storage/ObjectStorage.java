package io.finemesh.store.storage;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the store needs of object storage: objects appear whole or not at all, a read sees the newest write, and a write can be made
 * conditional on absence. Every method blocks, may be called from any thread, and fails with {@link StorageException} only.
 */
public interface ObjectStorage {

    /**
     * Writes an object unless the key is taken ({@code If-None-Match: *}). When this throws, the object may or may not have been
     * written; {@link DecisivePut} finds out.
     */
    PutOutcome putIfAbsent(String key, ObjectContent content);

    /** Opens an object; empty if there is none. The caller closes it. */
    Optional<StoredObject> get(String key);

    /** Size and entity tag of an object; empty if there is none. */
    Optional<ObjectFacts> head(String key);

    /** Every object whose key begins with the prefix, in ascending order of keys. */
    List<ObjectFacts> list(String prefix);

    /**
     * Copies on the server's side, only if the source still has the entity tag under which it was verified. An existing target is
     * replaced.
     */
    CopyOutcome copy(String source, String entityTag, String target);

    /** Deletes an object; deleting what is not there succeeds. */
    void delete(String key);

    /** A URL by which anybody may read the object until it expires. */
    URI presignGet(String key, Duration validity);

    /** A URL by which anybody may write an object of exactly this size until it expires. */
    URI presignPut(String key, long sizeBytes, Duration validity);

    /** Returns when the storage answers and has the bucket. */
    void requireReachable();

    /** What a conditional write found. */
    enum PutOutcome {
        /** The object was written by this call. */
        CREATED,
        /** The key was taken; nothing was written. */
        TAKEN
    }

    /** What a conditional copy found. */
    enum CopyOutcome {
        /** The target has the source's content. */
        COPIED,
        /** The source was replaced since it was verified; nothing was copied. */
        SOURCE_CHANGED,
        /** There is no source; nothing was copied. */
        SOURCE_MISSING
    }
}
