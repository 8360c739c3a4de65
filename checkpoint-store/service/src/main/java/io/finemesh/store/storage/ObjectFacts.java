package io.finemesh.store.storage;

import static java.util.Objects.requireNonNull;

/**
 * What the storage knows of an object without reading it.
 *
 * @param key full key
 * @param sizeBytes length
 * @param entityTag changes whenever the object is replaced by other content
 */
public record ObjectFacts(String key, long sizeBytes, String entityTag) {
    public ObjectFacts {
        requireNonNull(key, "key is null");
        requireNonNull(entityTag, "entityTag is null");
    }
}
