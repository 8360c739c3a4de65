package io.finemesh.trainer.lifecycle;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.cache.CacheSettings;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.training.StopSegment;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainingCommand;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.trainer.blob.BlobFetcher;
import io.finemesh.trainer.blob.BlobStore;
import io.finemesh.trainer.blob.Patience;
import io.finemesh.trainer.blob.StoreProbe;
import io.finemesh.trainer.config.TrainerConfig;
import io.finemesh.trainer.event.EventSink;
import io.finemesh.trainer.event.SegmentReporter;
import io.finemesh.trainer.heartbeat.Heart;
import io.finemesh.trainer.heartbeat.HeartbeatSink;
import io.finemesh.trainer.heartbeat.MemoryBudget;
import io.finemesh.trainer.heartbeat.Vitals;
import io.finemesh.trainer.lease.Mailbox;
import io.finemesh.trainer.metric.TrainerMetrics;
import io.finemesh.trainer.result.HeldResults;
import io.finemesh.trainer.result.ResultWriter;
import io.finemesh.trainer.segment.BaseLoader;
import io.finemesh.trainer.segment.Device;
import io.finemesh.trainer.segment.SegmentExecution;
import io.finemesh.trainer.segment.SegmentRunner;
import io.finemesh.trainer.trace.TrainerTracing;
import io.finemesh.trainer.upload.Uploader;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** A whole trainer: one life of it, from its start to its leaving. */
public final class Trainer {
    private static final Logger LOG = Logger.getLogger(Trainer.class);

    private final TrainerId id;
    private final TrainerIncarnation incarnation;
    private final EventSink events;
    private final Clock clock;
    private final Duration drainLimit;
    private final Device device;
    private final Mailbox mailbox = new Mailbox();
    private final Uploader uploader;
    private final SegmentRunner runner;
    private final Heart heart;
    private final StoreProbe probe;
    private final AtomicBoolean leaving = new AtomicBoolean();

    /**
     * Puts the parts together; nothing runs yet.
     *
     * @param incarnation this life, unlike any other
     */
    public Trainer(
            TrainerConfig config,
            TrainerIncarnation incarnation,
            BlobStore store,
            EventSink events,
            HeartbeatSink heartbeats,
            Tracer tracer,
            MeterRegistry registry,
            Clock clock)
            throws IOException {
        this.id = new TrainerId(config.id());
        this.incarnation = incarnation;
        this.events = events;
        this.clock = clock;
        this.drainLimit = config.drain().limit();
        CacheSettings usual = CacheSettings.of(
                config.dataDirectory().resolve("blobs"),
                config.cache().capacity().asLongValue());
        BlobCache cache = BlobCache.open(
                new CacheSettings(
                        usual.directory(),
                        usual.capacityBytes(),
                        usual.attempts(),
                        usual.retryDelay(),
                        config.cache().verifyExisting()),
                clock);
        Patience patience = new Patience(
                config.store().giveUpAfter(),
                config.store().retryDelay(),
                config.store().longestRetryDelay(),
                clock);
        TrainerMetrics metrics = new TrainerMetrics(registry);
        TrainerTracing tracing = new TrainerTracing(tracer, id, clock);
        HeldResults held = new HeldResults();
        this.uploader = new Uploader(store, patience, tracing, metrics, clock, (lost, failure) -> {
            held.forget(lost);
            mailbox.baseLost(lost, failure);
        });
        this.device = new Device(config.device().threads(), config.device().name());
        BaseLoader loader = new BaseLoader(store, new BlobFetcher(store, cache, patience), cache, held, patience);
        SegmentExecution execution = new SegmentExecution(
                id,
                mailbox,
                loader,
                new ResultWriter(cache),
                held,
                uploader,
                events,
                metrics,
                clock,
                config.segment().nonFiniteSteps());
        this.runner = new SegmentRunner(device, mailbox, execution, tracing, metrics, clock);
        MemoryBudget budget = new MemoryBudget(
                config.memory()
                        .budget()
                        .map(bytes -> OptionalLong.of(bytes.asLongValue()))
                        .orElseGet(OptionalLong::empty),
                config.memory().budgetFraction());
        this.heart = new Heart(
                new Vitals(id, incarnation, device, budget, mailbox, runner, held, uploader),
                heartbeats,
                config.heartbeat().interval(),
                clock,
                () -> new EventId(UUID.randomUUID().toString()));
        this.probe = new StoreProbe(store, config.store().probeInterval());
    }

    /** Starts every thread; returns at once. */
    public void start() {
        LOG.infof("trainer %s begins its life %s", id, incarnation);
        runner.start();
        heart.start();
        probe.start();
    }

    /** Takes a command if it is for this trainer, and returns at once. May be called with any command any number of times. */
    public void accept(Envelope<TrainingCommand> command) {
        if (!command.body().trainer().equals(id)) {
            return;
        }
        switch (command.body()) {
            case TrainSegment segment -> accept(segment, command);
            case StopSegment stop -> {
                LOG.infof("asked to stop run %s up to epoch %d: %s", stop.runId(), stop.epoch(), stop.reason());
                mailbox.stop(stop);
                uploader.drop(stop.runId(), stop.epoch());
            }
        }
    }

    /**
     * Leaves in order: takes nothing any more, gives the lease of a running segment back after the step it is at, waits for uploads of
     * finished ones, and falls silent. Leaving again changes nothing.
     */
    public void leave() throws InterruptedException {
        if (!leaving.compareAndSet(false, true)) {
            return;
        }
        LOG.infof("trainer %s leaves: no more work is taken, uploads have %d s", id, drainLimit.toSeconds());
        mailbox.leave();
        heart.beatNow();
        runner.join();
        boolean all = uploader.drain(drainLimit);
        heart.close();
        probe.close();
        LOG.infof("trainer %s has left%s", id, all ? "" : ", some results were not uploaded");
    }

    /** The device. */
    public Device device() {
        return device;
    }

    /** Whether the device thread has not ended. */
    public boolean isDeviceThreadAlive() {
        return runner.isAlive();
    }

    /** Whether {@link #leave} was called. */
    public boolean isLeaving() {
        return leaving.get();
    }

    /** Signs of life. */
    public Heart heart() {
        return heart;
    }

    /** Whether the store is there. */
    public StoreProbe storeProbe() {
        return probe;
    }

    private void accept(TrainSegment segment, Envelope<TrainingCommand> command) {
        if (!segment.incarnation().equals(incarnation)) {
            LOG.debugf(
                    "run %s, epoch %d is for the life %s",
                    segment.work().runId(), segment.epoch(), segment.incarnation());
            return;
        }
        Envelope<TrainSegment> own = new Envelope<>(
                command.id(),
                command.source(),
                command.key(),
                command.time(),
                command.traceparent(),
                command.correlation(),
                command.causation(),
                segment);
        Mailbox.Acceptance acceptance = mailbox.execute(own);
        LOG.infof(
                "segment %d of run %s (epoch %d): %s",
                segment.work().segment().index(), segment.work().runId(), segment.epoch(), acceptance);
        switch (acceptance) {
            // The scheduler repeats a grant until a heartbeat shows it.
            case ACCEPTED, DUPLICATE -> heart.beatNow();
            case STALE -> {
                // No longer true.
            }
            case LEAVING ->
                new SegmentReporter(events, id, clock, own)
                        .failed(new Failure(
                                FailureCode.TRAINER_LEFT,
                                "trainer " + id + " is leaving and takes no segment any more"));
        }
    }
}
