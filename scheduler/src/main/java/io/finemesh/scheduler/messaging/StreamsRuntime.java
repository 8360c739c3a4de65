package io.finemesh.scheduler.messaging;

import io.finemesh.scheduler.config.SchedulerConfig;
import io.finemesh.scheduler.lease.LeaseTerms;
import io.finemesh.scheduler.lifecycle.RetryPolicy;
import io.finemesh.scheduler.lifecycle.RunLifecycle;
import io.finemesh.scheduler.placement.Placement;
import io.finemesh.scheduler.placement.PlacementTerms;
import io.finemesh.scheduler.trace.RunSpans;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jboss.logging.Logger;

/**
 * Owns the Kafka Streams application.
 *
 * <ol>
 *   <li>Start: waits until Kafka answers and every topic is there, with one log line for each attempt; then starts the streams. The service is live
 *       and not ready in the meantime. The same look is taken again and again: a broker that is lost later makes it not ready until it is back.
 *   <li>A thread that fails is replaced, after a pause that grows with every failure in a row; its transaction is aborted and its records are
 *       read again.
 *   <li>Stop: the streams are closed within the time allowed; what is not committed by then is read again by the next life.
 * </ol>
 */
@ApplicationScoped
public class StreamsRuntime {
    private static final Logger LOG = Logger.getLogger(StreamsRuntime.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long QUIET_MILLIS = 60_000;

    private final SchedulerConfig config;
    private final RunSpans spans;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicInteger failuresInRow = new AtomicInteger();
    private volatile long lastFailureNanos;
    private volatile Optional<KafkaStreams> streams = Optional.empty();
    private volatile boolean reachable;
    private volatile String waitingFor = "not started yet";
    private volatile Thread watcher;

    StreamsRuntime(SchedulerConfig config, Tracer tracer) {
        this.config = config;
        this.spans = new RunSpans(tracer);
    }

    void start(@Observes StartupEvent event) {
        watcher = Thread.ofPlatform().name("kafka-watch").daemon().start(this::watchKafka);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping.countDown();
        Thread started = watcher;
        if (started != null) {
            started.interrupt();
            started.join(config.streams().closeTimeout().toMillis());
        }
        streams.ifPresent(running -> {
            if (!running.close(config.streams().closeTimeout())) {
                LOG.warnf(
                        "the streams did not close within %s; what is not committed is read again",
                        config.streams().closeTimeout());
            }
        });
    }

    /** Whether decisions are being made: streams whose broker is lost call themselves running, but nothing they decide is heard. */
    public boolean isRunning() {
        return reachable
                && streams.map(running -> running.state() == KafkaStreams.State.RUNNING)
                        .orElse(false);
    }

    /** Where the streams stand, for people. */
    public String describe() {
        return reachable ? streams.map(running -> running.state().name()).orElse(waitingFor) : waitingFor;
    }

    private void watchKafka() {
        try (KafkaWatch kafka = new KafkaWatch(
                config.bootstrapServers(), config.streams().answerTimeout(), SchedulerTopology.topics())) {
            do {
                look(kafka);
            } while (!stopping.await(config.streams().retryInterval().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts the streams when all is there for the first time; later they come back by themselves, and only readiness changes. */
    private void look(KafkaWatch kafka) throws InterruptedException {
        Optional<String> missing = kafka.missing();
        if (missing.isPresent()) {
            waitingFor = missing.get();
            reachable = false;
            LOG.warnf(
                    "waiting for Kafka at %s: %s; trying again in %d s",
                    config.bootstrapServers(),
                    waitingFor,
                    config.streams().retryInterval().toSeconds());
            return;
        }
        if (!reachable) {
            LOG.infof("Kafka at %s is there", config.bootstrapServers());
        }
        reachable = true;
        if (streams.isEmpty()) {
            startStreams();
        }
    }

    private void startStreams() {
        try {
            KafkaStreams created = new KafkaStreams(topology(config, spans), StreamsSettings.of(config));
            created.setUncaughtExceptionHandler(this::replaceThread);
            created.setStateListener((now, before) -> LOG.infof("streams: %s -> %s", before, now));
            streams = Optional.of(created);
            created.start();
        } catch (RuntimeException failure) {
            waitingFor = "the streams could not be started: " + failure.getMessage();
            LOG.errorf(failure, "the streams could not be started");
        }
    }

    static Topology topology(SchedulerConfig config, RunSpans spans) {
        RetryPolicy policy = new RetryPolicy(
                config.retry().failures(),
                config.retry().interruptions(),
                config.retry().firstRest(),
                config.retry().longestRest(),
                config.retry().verdictPatience(),
                config.retry().evaluationPatience());
        LeaseTerms leaseTerms = new LeaseTerms(
                config.lease().silence(),
                config.lease().confirmation(),
                config.lease().repeats());
        PlacementTerms placementTerms = new PlacementTerms(
                config.placement().preference(), config.placement().impossibleAfter());
        return SchedulerTopology.of(
                new RunLifecycle(policy),
                new Placement(leaseTerms, placementTerms),
                config.streams().watchInterval(),
                spans);
    }

    private StreamThreadExceptionResponse replaceThread(Throwable failure) {
        long nanos = System.nanoTime();
        if (TimeUnit.NANOSECONDS.toMillis(nanos - lastFailureNanos) > QUIET_MILLIS) {
            failuresInRow.set(0);
        }
        lastFailureNanos = nanos;
        int doublings = Math.min(failuresInRow.getAndIncrement(), 16);
        long pause = Math.min(
                FIRST_PAUSE_MILLIS << doublings,
                config.streams().retryInterval().toMillis());
        LOG.errorf(failure, "a stream thread failed; it is replaced in %d ms", pause);
        try {
            if (stopping.await(pause, TimeUnit.MILLISECONDS)) {
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
}
