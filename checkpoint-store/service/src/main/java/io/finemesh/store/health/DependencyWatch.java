package io.finemesh.store.health;

import io.finemesh.store.config.StoreConfig;
import io.finemesh.store.config.StoreWiring;
import io.finemesh.store.health.Dependency.UnusableException;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Looks at what the store depends on, at intervals, from the start. Nothing is required for the process to start: while something is
 * missing the store is not ready and says why, in the log at every tenth look and to who asks. When all is there after something was
 * missing, imports that were not announced are.
 */
@ApplicationScoped
public class DependencyWatch {
    private static final Logger LOG = Logger.getLogger(DependencyWatch.class);
    private static final int LOOKS_PER_LOG_LINE = 10;
    private static final String NOT_LOOKED_YET = "not looked at yet";

    private final List<Dependency> dependencies;
    private final BrokerDependency broker;
    private final ImportAnnouncer announcer;
    private final StoreConfig config;
    private final Map<String, Optional<String>> missing = new ConcurrentHashMap<>();
    private final Map<String, Integer> looksInVain = new LinkedHashMap<>();
    private boolean pending = true;
    private Thread watcher;

    DependencyWatch(
            ObjectStorage storage,
            ImportAnnouncer announcer,
            StoreConfig config,
            @ConfigProperty(name = "kafka.bootstrap.servers") String brokers) {
        this.broker = new BrokerDependency(brokers, config.watch().timeout());
        this.dependencies = List.of(new StorageDependency(storage), broker);
        this.announcer = announcer;
        this.config = config;
        dependencies.forEach(dependency -> missing.put(dependency.name(), Optional.of(NOT_LOOKED_YET)));
    }

    /** Each dependency with what is wrong with it; empty if nothing is. */
    public Map<String, Optional<String>> missing() {
        return Map.copyOf(missing);
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
        watcher = Thread.ofVirtual()
                .name("dependency-watch")
                .start(() -> watch(config.watch().interval()));
    }

    void stop(@Observes ShutdownEvent stopping) throws InterruptedException {
        if (watcher != null) {
            watcher.interrupt();
            watcher.join(config.watch().timeout());
        }
        broker.close();
    }

    private void watch(Duration interval) {
        try {
            while (true) {
                boolean all = true;
                for (Dependency dependency : dependencies) {
                    all &= look(dependency);
                }
                if (all && pending) {
                    announcePending();
                }
                Thread.sleep(interval);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean look(Dependency dependency) throws InterruptedException {
        try {
            dependency.require();
            Optional<String> before = missing.put(dependency.name(), Optional.empty());
            if (before.isPresent()) {
                LOG.infof("%s is there", dependency.name());
            }
            looksInVain.remove(dependency.name());
            return true;
        } catch (UnusableException | RuntimeException unusable) {
            // An error nobody foresaw is a reason not to be ready, and none to stop looking.
            String problem = String.valueOf(unusable.getMessage());
            missing.put(dependency.name(), Optional.of(problem));
            if (looksInVain.merge(dependency.name(), 1, Integer::sum) % LOOKS_PER_LOG_LINE == 1) {
                LOG.warnf(
                        "waiting for the %s, looking again every %d ms: %s",
                        dependency.name(), config.watch().interval().toMillis(), problem);
            }
            pending = true;
            return false;
        }
    }

    private void announcePending() {
        try {
            int announced = announcer.announcePending();
            if (announced > 0) {
                LOG.infof("announced %d imports that were not announced before", announced);
            }
            pending = false;
        } catch (RuntimeException later) {
            LOG.warnf("imports that were not announced are not yet: %s", later.getMessage());
        }
    }
}
