package io.finemesh.gateway.fake;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Starts a fake store before the application and tells it where that is. */
public final class FakeStoreResource implements QuarkusTestResourceLifecycleManager {
    private FakeStore store;

    @Override
    public Map<String, String> start() {
        try {
            store = new FakeStore();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return Map.of(
                "finemesh.gateway.store.url", store.url().toString(),
                "finemesh.gateway.kafka.poll-interval", "20ms",
                "finemesh.gateway.kafka.retry-interval", "100ms",
                "finemesh.gateway.events.heartbeat", "300ms",
                "finemesh.gateway.events.end-grace", "200ms",
                "finemesh.gateway.webhooks.secrets.known", "open sesame",
                "finemesh.gateway.webhooks.first-pause", "10ms");
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(store, field -> field.getType() == FakeStore.class);
    }

    @Override
    public void stop() {
        store.close();
    }
}
