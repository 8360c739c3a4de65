package io.finemesh.store.health;

import io.finemesh.store.storage.ObjectStorage;
import io.finemesh.store.storage.StorageException;

/** Object storage answers and has the bucket. */
final class StorageDependency implements Dependency {
    private final ObjectStorage storage;

    StorageDependency(ObjectStorage storage) {
        this.storage = storage;
    }

    @Override
    public String name() {
        return "object storage";
    }

    @Override
    public void require() throws UnusableException {
        try {
            storage.requireReachable();
        } catch (StorageException down) {
            throw new UnusableException(down.getMessage(), down);
        }
    }
}
