package io.finemesh.store.health;

import io.finemesh.store.config.StoreConfig;
import io.finemesh.store.config.StoreWiring;
import io.finemesh.store.publication.ImportAnnouncer;
import io.finemesh.store.storage.ObjectStorage;
import io.finemesh.store.work.WorkDirectory;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Keeps the watch going from start to stop of the service. Nothing is required for the service to start: while something is missing it is
 * not ready and says why.
 */
@ApplicationScoped
public class WatchLifecycle {
    private final BrokerDependency broker;
    private final DependencyWatch watch;
    private final StoreConfig config;
    private Thread watcher;

    WatchLifecycle(
            ObjectStorage storage,
            ImportAnnouncer announcer,
            StoreConfig config,
            @ConfigProperty(name = "kafka.bootstrap.servers") String brokers) {
        this.config = config;
        this.broker = new BrokerDependency(brokers, config.watch().timeout());
        this.watch = new DependencyWatch(
                List.of(new StorageDependency(storage), broker),
                announcer::announcePending,
                config.watch().interval());
    }

    /** Each dependency with what was wrong with it at the last look; empty if nothing was. */
    public Map<String, Optional<String>> missing() {
        return watch.missing();
    }

    void start(@Observes StartupEvent started) {
        try {
            WorkDirectory.clear(StoreWiring.workDirectory(config));
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    "the work directory " + StoreWiring.workDirectory(config)
                            + " cannot be emptied; check FINEMESH_DATA_DIR",
                    failure);
        }
        watcher = Thread.ofVirtual().name("dependency-watch").start(this::keepLooking);
    }

    void stop(@Observes ShutdownEvent stopping) throws InterruptedException {
        if (watcher != null) {
            watcher.interrupt();
            watcher.join(config.watch().timeout());
        }
        broker.close();
    }

    private void keepLooking() {
        Duration interval = config.watch().interval();
        try {
            while (true) {
                watch.look();
                Thread.sleep(interval);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
