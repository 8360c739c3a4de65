package io.finemesh.evaluator;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.contract.store.StoreClient;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.blob.CheckpointSource;
import io.finemesh.evaluator.config.EvaluatorConfig;
import io.finemesh.evaluator.evaluation.EvaluationDesk;
import io.finemesh.evaluator.messaging.EvaluationEventPublisher;
import io.finemesh.evaluator.trace.EvaluationSpans;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.time.Clock;
import org.jboss.logging.Logger;

/** Puts the evaluator together: the parts know each other only by constructor. */
@ApplicationScoped
class EvaluatorBeans {
    private static final Logger LOG = Logger.getLogger(EvaluatorBeans.class);

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    StoreClient store(EvaluatorConfig config) {
        return new StoreClient(config.store().url(), config.store().timeout());
    }

    void close(@Disposes StoreClient store) {
        store.close();
    }

    @Produces
    @Singleton
    EvaluationDesk desk(
            EvaluatorConfig config,
            StoreClient store,
            EvaluationSpans spans,
            Clock clock,
            EvaluationEventPublisher publisher)
            throws IOException {
        BlobCache cache = BlobCache.open(config.dataDirectory().resolve("blobs"), config.cacheBytes());
        EvaluationDesk desk = new EvaluationDesk(
                config.id(),
                new CheckpointFetcher(
                        CheckpointSource.of(store), cache, config.store().patience(), clock, Thread::sleep),
                config.dataDirectory(),
                spans,
                clock,
                Thread::sleep,
                new EvaluationDesk.Limits(config.generationBatch(), config.tokensPerRow(), config.rangeSamples()),
                publisher,
                new RemoteModels(config.remote(), clock));
        desk.open(() -> LOG.infof(
                "computing with %s",
                Backend.start(config.threads(), config.device()).summary()));
        return desk;
    }

    /** Makes the desk before the first record can come: made by a listener it would be made on the thread that serves all channels. */
    void makeDesk(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent start, EvaluationDesk desk) {
        LOG.debugf("the desk is %s", desk.condition());
    }

    void close(@Disposes EvaluationDesk desk) {
        desk.close();
    }
}
