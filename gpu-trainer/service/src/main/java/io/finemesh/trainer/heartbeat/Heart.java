package io.finemesh.trainer.heartbeat;

import io.finemesh.contract.id.EventId;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.wire.Envelope;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Says at regular intervals that the trainer is there, on a thread of its own, so that a long step does not look like death. What the
 * broker acknowledges is also how the trainer knows that the broker is there.
 */
public final class Heart implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Heart.class);
    private static final Duration LAST_BEAT = Duration.ofSeconds(2);
    private static final Duration COMPLAINT_INTERVAL = Duration.ofSeconds(10);

    private final Vitals vitals;
    private final HeartbeatSink sink;
    private final Duration interval;
    private final Clock clock;
    private final Supplier<EventId> ids;
    private final ScheduledExecutorService thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("finemesh-heart").daemon().factory(), new ThreadPoolExecutor.DiscardPolicy());
    private long sequence;
    private Instant lastComplaint = Instant.EPOCH;
    private boolean complained;
    private volatile Instant acknowledged;

    /**
     * @param ids makes ids of heartbeats
     */
    public Heart(Vitals vitals, HeartbeatSink sink, Duration interval, Clock clock, Supplier<EventId> ids) {
        this.vitals = vitals;
        this.sink = sink;
        this.interval = interval;
        this.clock = clock;
        this.ids = ids;
    }

    /** Begins to beat. */
    public void start() {
        Future<?> _ = thread.scheduleWithFixedDelay(this::beat, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Beats once more, now: something changed that others should know. Does nothing once closed. */
    public void beatNow() {
        thread.execute(this::beat);
    }

    /** When the broker acknowledged a heartbeat last. */
    public Optional<Instant> acknowledged() {
        return Optional.ofNullable(acknowledged);
    }

    /** Ends the beats; one that was asked for before is still sent, so that the last word is how the trainer is now. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LAST_BEAT.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException hurried) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private void beat() {
        try {
            Optional<TrainerHeartbeat> heartbeat = vitals.heartbeat(sequence);
            if (heartbeat.isPresent()) {
                sequence++;
                send(heartbeat.get());
            }
        } catch (RuntimeException failed) {
            // An exception would end the schedule, and silence looks like death.
            complain(failed);
        }
    }

    private void send(TrainerHeartbeat heartbeat) {
        String key = heartbeat.trainer().value();
        CompletableFuture<Void> _ = sink.heartbeat(Envelope.starting(
                        ids.get(), "/gpu-trainer/" + key, key, clock.instant(), Optional.empty(), heartbeat))
                .whenComplete((delivered, lost) -> {
                    if (lost == null) {
                        noteDelivery();
                    } else {
                        complain(lost);
                    }
                });
    }

    private synchronized void noteDelivery() {
        acknowledged = clock.instant();
        if (complained) {
            complained = false;
            LOG.info("heartbeats are delivered again");
        }
    }

    private synchronized void complain(Throwable reason) {
        Instant now = clock.instant();
        if (!complained || Duration.between(lastComplaint, now).compareTo(COMPLAINT_INTERVAL) >= 0) {
            complained = true;
            lastComplaint = now;
            LOG.warnf(
                    "heartbeats cannot be delivered (%s); is the broker there? Trying again every %d ms",
                    reason, interval.toMillis());
        }
    }
}
