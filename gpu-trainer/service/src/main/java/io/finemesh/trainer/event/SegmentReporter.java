package io.finemesh.trainer.event;

import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.training.BlockActivated;
import io.finemesh.contract.training.DataOrder;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainingEvent;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.engine.train.StepReport;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Says what happens to one segment: every event carries run, segment and lease epoch, and goes back to the command that granted the
 * lease. Event ids are derived from that command's, so that saying something twice is seen to be the same.
 */
public final class SegmentReporter {
    private static final Logger LOG = Logger.getLogger(SegmentReporter.class);

    private final EventSink sink;
    private final TrainerId trainer;
    private final Clock clock;
    private final Envelope<TrainSegment> cause;

    public SegmentReporter(EventSink sink, TrainerId trainer, Clock clock, Envelope<TrainSegment> cause) {
        this.sink = sink;
        this.trainer = trainer;
        this.clock = clock;
        this.cause = cause;
    }

    /** Base and data are there. */
    public CompletableFuture<Void> started(String traceparent, DataOrder order) {
        return say("started", new SegmentStarted(run(), index(), epoch(), trainer, traceparent, Optional.of(order)));
    }

    /** A block became the active one. */
    public CompletableFuture<Void> blockActivated(String block, long parameters) {
        return say("block-activated", new BlockActivated(run(), index(), epoch(), block, parameters));
    }

    /** An optimizer step is done. */
    public CompletableFuture<Void> step(StepReport report) {
        Map<String, Long> phases = new TreeMap<>();
        report.phaseNanos()
                .forEach((phase, nanos) ->
                        phases.put(phase.name().toLowerCase(Locale.ROOT), TimeUnit.NANOSECONDS.toMicros(nanos)));
        StepCompleted step = new StepCompleted(
                run(),
                index(),
                epoch(),
                report.step(),
                report.loss(),
                report.gradientNorm(),
                report.learningRate(),
                report.tokens(),
                report.labelledTokens(),
                report.skipped(),
                report.block(),
                phases,
                report.nativeBytes());
        return sink.step(envelope("step-" + report.step(), step));
    }

    /** All steps are done and the result is known. Nobody waits for the delivery: the end of the upload says the same and more. */
    public void trained(
            CheckpointId checkpoint, long lastStep, double lastLoss, OptionalDouble gradientNorm, String traceparent) {
        logLoss(say(
                "trained",
                new SegmentTrained(
                        run(), index(), epoch(), trainer, checkpoint, lastStep, lastLoss, traceparent, gradientNorm)));
    }

    /** The result is uploaded. */
    public CompletableFuture<Void> ended(
            CheckpointId checkpoint,
            long lastStep,
            List<BlobReference> weightBlobs,
            String cursorJson,
            List<BlobReference> stateBlobs,
            BlobReference ledger) {
        return say(
                "ended",
                new SegmentEnded(
                        run(),
                        index(),
                        epoch(),
                        trainer,
                        checkpoint,
                        cause.body().work().base(),
                        lastStep,
                        weightBlobs.stream().map(SegmentReporter::onTheWire).toList(),
                        cursorJson,
                        stateBlobs.stream().map(SegmentReporter::onTheWire).toList(),
                        onTheWire(ledger)));
    }

    /** The segment is given up. Nobody waits for the delivery; should it never come, heartbeats that do not show the segment end the lease. */
    public void failed(Failure failure) {
        logLoss(say("failed", new SegmentFailed(run(), index(), epoch(), trainer, failure)));
    }

    /** A blob as the contract writes it. */
    public static io.finemesh.contract.store.BlobReference onTheWire(BlobReference blob) {
        return new io.finemesh.contract.store.BlobReference(new BlobDigest(blob.digest()), blob.sizeBytes());
    }

    private void logLoss(CompletableFuture<Void> delivery) {
        CompletableFuture<Void> _ = delivery.whenComplete((delivered, lost) -> {
            if (lost != null) {
                LOG.errorf(lost, "the broker did not take an event of segment %d of run %s", index(), run());
            }
        });
    }

    private CompletableFuture<Void> say(String what, TrainingEvent event) {
        return sink.training(envelope(what, event));
    }

    private <T extends io.finemesh.contract.Message> Envelope<T> envelope(String what, T body) {
        return Envelope.causedBy(
                cause,
                EventId.derived(cause.id(), what, 0),
                "/gpu-trainer/" + trainer,
                run().value(),
                clock.instant(),
                body);
    }

    private RunId run() {
        return cause.body().work().runId();
    }

    private int index() {
        return cause.body().work().segment().index();
    }

    private long epoch() {
        return cause.body().epoch();
    }
}
