package io.finemesh.trainer.lifecycle;

import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.trainer.blob.BlobStore;
import io.finemesh.trainer.blob.HttpBlobStore;
import io.finemesh.trainer.config.TrainerConfig;
import io.finemesh.trainer.config.TrainerConfigRules;
import io.finemesh.trainer.event.EventSink;
import io.finemesh.trainer.heartbeat.HeartbeatSink;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.util.UUID;

/** Ties a trainer's life to that of the process: a new incarnation at every start, drained on SIGTERM. */
@ApplicationScoped
public class TrainerProcess {
    private static final int BEFORE_CONSUMERS_START = 10;
    private static final int BEFORE_PRODUCERS_CLOSE = 10;

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    @DefaultBean
    BlobStore store(TrainerConfig config) {
        return new HttpBlobStore(config.store().url(), config.store().timeout());
    }

    void close(@Disposes BlobStore store) throws Exception {
        if (store instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    @Produces
    @Singleton
    Trainer trainer(
            TrainerConfig config,
            BlobStore store,
            EventSink events,
            HeartbeatSink heartbeats,
            Tracer tracer,
            MeterRegistry registry,
            Clock clock)
            throws IOException {
        TrainerConfigRules.require(config);
        TrainerIncarnation incarnation = new TrainerIncarnation(
                config.id() + "-" + UUID.randomUUID().toString().substring(0, 13));
        return new Trainer(config, incarnation, store, events, heartbeats, tracer, registry, clock);
    }

    void start(@Observes @Priority(BEFORE_CONSUMERS_START) StartupEvent event, Trainer trainer) {
        trainer.start();
    }

    void stop(@Observes @Priority(BEFORE_PRODUCERS_CLOSE) ShutdownEvent event, Trainer trainer)
            throws InterruptedException {
        trainer.leave();
    }
}
