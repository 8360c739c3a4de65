package io.finemesh.store.http;

import io.finemesh.store.publication.RecordingPublisher;
import io.finemesh.store.storage.MemoryStorage;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Stands in for object storage and broker; everything else is the service's own. */
public class TestBeans {
    @Produces
    @Singleton
    MemoryStorage storage() {
        return new MemoryStorage();
    }

    @Produces
    @Singleton
    RecordingPublisher publisher() {
        return new RecordingPublisher();
    }
}
