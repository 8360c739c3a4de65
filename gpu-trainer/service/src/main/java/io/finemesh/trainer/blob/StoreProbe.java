package io.finemesh.trainer.blob;

import io.finemesh.contract.store.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Asks at intervals whether the store is there, and says in the log when that changes and, while it is not, at every interval. */
public final class StoreProbe implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StoreProbe.class);

    private final BlobStore store;
    private final Duration interval;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("finemesh-store-probe").daemon().factory());
    private volatile Optional<String> problem = Optional.of("not asked yet");

    public StoreProbe(BlobStore store, Duration interval) {
        this.store = store;
        this.interval = interval;
    }

    /** Begins to ask. */
    public void start() {
        Future<?> _ = thread.scheduleWithFixedDelay(this::probe, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Why the store counts as not being there; empty when it answered last time. */
    public Optional<String> problem() {
        return problem;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void probe() {
        try {
            store.probe();
            if (problem.isPresent()) {
                LOG.info("the checkpoint store is there");
            }
            problem = Optional.empty();
        } catch (StoreException | RuntimeException failed) {
            if (!thread.isShutdown()) {
                problem = Optional.of(String.valueOf(failed.getMessage()));
                LOG.warnf(
                        "the checkpoint store is not there (%s); asking again in %d ms",
                        failed.getMessage(), interval.toMillis());
            }
        }
    }
}
