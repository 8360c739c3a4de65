package io.finemesh.scheduler.messaging;

import io.finemesh.scheduler.config.SchedulerConfig;
import io.finemesh.scheduler.lease.LeaseTerms;
import io.finemesh.scheduler.lifecycle.RetryPolicy;
import io.finemesh.scheduler.lifecycle.RunLifecycle;
import io.finemesh.scheduler.placement.Placement;
import io.finemesh.scheduler.placement.PlacementTerms;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jboss.logging.Logger;

/**
 * Owns the Kafka Streams application.
 *
 * <ol>
 *   <li>Start: waits until Kafka answers and every topic is there, with one log line for each attempt; then starts the streams. The service is live
 *       and not ready in the meantime.
 *   <li>A thread that fails is replaced, after a pause that grows with every failure in a row; its transaction is aborted and its records are
 *       read again.
 *   <li>Stop: the streams are closed within the time allowed; what is not committed by then is read again by the next life.
 * </ol>
 */
@ApplicationScoped
public class StreamsRuntime {
    private static final Logger LOG = Logger.getLogger(StreamsRuntime.class);
    private static final long ADMIN_TIMEOUT_MILLIS = 5_000;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long QUIET_MILLIS = 60_000;

    private final SchedulerConfig config;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicInteger failuresInRow = new AtomicInteger();
    private volatile long lastFailureNanos;
    private volatile Optional<KafkaStreams> streams = Optional.empty();
    private volatile String waitingFor = "not started yet";
    private volatile Thread starter;

    StreamsRuntime(SchedulerConfig config) {
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        starter = Thread.ofPlatform().name("streams-starter").daemon().start(this::startWhenReachable);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping.countDown();
        Thread started = starter;
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

    /** Whether decisions are being made. */
    public boolean isRunning() {
        return streams.map(running -> running.state() == KafkaStreams.State.RUNNING)
                .orElse(false);
    }

    /** Where the streams stand, for people. */
    public String describe() {
        return streams.map(running -> running.state().name()).orElse(waitingFor);
    }

    private void startWhenReachable() {
        try {
            while (!topicsAreThere()) {
                LOG.warnf(
                        "waiting for Kafka at %s: %s; trying again in %d s",
                        config.bootstrapServers(),
                        waitingFor,
                        config.streams().retryInterval().toSeconds());
                if (stopping.await(config.streams().retryInterval().toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            KafkaStreams created = new KafkaStreams(topology(config), StreamsSettings.of(config));
            created.setUncaughtExceptionHandler(this::replaceThread);
            created.setStateListener((now, before) -> LOG.infof("streams: %s -> %s", before, now));
            streams = Optional.of(created);
            created.start();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            waitingFor = "the streams could not be started: " + failure.getMessage();
            LOG.errorf(failure, "the streams could not be started");
        }
    }

    static Topology topology(SchedulerConfig config) {
        RetryPolicy policy = new RetryPolicy(
                config.retry().failures(),
                config.retry().interruptions(),
                config.retry().firstRest(),
                config.retry().longestRest());
        LeaseTerms leaseTerms = new LeaseTerms(
                config.lease().silence(),
                config.lease().confirmation(),
                config.lease().repeats());
        PlacementTerms placementTerms = new PlacementTerms(
                config.placement().preference(), config.placement().impossibleAfter());
        return SchedulerTopology.of(
                new RunLifecycle(policy),
                new Placement(leaseTerms, placementTerms),
                config.streams().watchInterval());
    }

    private boolean topicsAreThere() throws InterruptedException {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ADMIN_TIMEOUT_MILLIS,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) ADMIN_TIMEOUT_MILLIS));
        try (Admin admin = Admin.create(properties)) {
            Set<String> present = admin.listTopics().names().get(2 * ADMIN_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            List<String> missing = SchedulerTopology.topics().stream()
                    .filter(topic -> !present.contains(topic))
                    .toList();
            waitingFor = "topics are missing: " + String.join(", ", missing);
            return missing.isEmpty();
        } catch (ExecutionException | TimeoutException | RuntimeException unreachable) {
            Throwable cause = unreachable instanceof ExecutionException ? unreachable.getCause() : unreachable;
            waitingFor = "it does not answer (" + cause.getMessage() + ")";
            return false;
        }
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
