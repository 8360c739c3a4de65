package io.finemesh.store.connector;

import io.finemesh.contract.connector.ConnectorDefined;
import io.finemesh.contract.connector.ConnectorEvent;
import io.finemesh.contract.connector.ConnectorWithdrawn;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.store.growth.DatasetAppend;
import io.finemesh.store.growth.GrowingVersions;
import io.finemesh.store.publication.ImportAnnouncer;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/**
 * Reads every connector on a thread of its own. A newer definition replaces the reading; a failure is told and tried again after a pause, from where the data
 * set says that it was read. Thread-safe.
 */
public final class ConnectorDesk implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ConnectorDesk.class);

    private final ConnectorClients clients;
    private final GrowingVersions versions;
    private final DatasetAppend appends;
    private final ImportAnnouncer announcer;
    private final ConnectorLimits limits;
    private final Clock clock;
    private final Map<String, ConnectorEvent> known = new HashMap<>();
    private final Map<String, Thread> readings = new HashMap<>();
    private boolean closed;

    public ConnectorDesk(
            ConnectorClients clients,
            GrowingVersions versions,
            DatasetAppend appends,
            ImportAnnouncer announcer,
            ConnectorLimits limits,
            Clock clock) {
        this.clients = clients;
        this.versions = versions;
        this.appends = appends;
        this.announcer = announcer;
        this.limits = limits;
        this.clock = clock;
    }

    /** Takes what was set about a connector; what is older or known changes nothing. */
    public synchronized void apply(ConnectorEvent event) {
        ConnectorEvent before = known.get(event.name());
        if (closed || before != null && before.revision() > event.revision() || event.equals(before)) {
            return;
        }
        known.put(event.name(), event);
        Thread running = readings.remove(event.name());
        if (running != null) {
            running.interrupt();
        }
        switch (event) {
            case ConnectorDefined connector ->
                readings.put(
                        connector.name(),
                        Thread.ofVirtual()
                                .name("connector-" + connector.name())
                                .start(() -> follow(connector, running)));
            case ConnectorWithdrawn withdrawn -> LOG.infof("connector %s is no longer read", withdrawn.name());
        }
    }

    private void follow(ConnectorDefined connector, Thread before) {
        try {
            if (before != null) {
                before.join();
            }
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    read(connector);
                } catch (InterruptException stopped) {
                    return;
                } catch (RuntimeException failed) {
                    LOG.warnf(
                            "connector %s cannot go on, trying again in %d s: %s",
                            connector.name(), limits.pause().toSeconds(), failed.getMessage());
                }
                Thread.sleep(limits.pause());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(ConnectorDefined connector) throws InterruptedException {
        try (ConnectorReading reading = open(connector)) {
            while (!Thread.currentThread().isInterrupted()) {
                reading.step();
                if (!reading.isAssigned()) {
                    Thread.sleep(limits.pause());
                }
            }
        }
    }

    ConnectorReading open(ConnectorDefined connector) {
        return new ConnectorReading(connector, clients.open(), this::newest, appends, announcer, limits, clock);
    }

    private Optional<DatasetDescriptor> newest(String dataset) {
        return versions.newestDescriptor(dataset);
    }

    @Override
    public synchronized void close() {
        closed = true;
        readings.values().forEach(Thread::interrupt);
    }
}
