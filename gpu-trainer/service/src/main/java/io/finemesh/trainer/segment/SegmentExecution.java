package io.finemesh.trainer.segment;

import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.engine.train.SegmentOutcome;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.schedule.SegmentWindow;
import io.finemesh.trainer.event.EventSink;
import io.finemesh.trainer.event.SegmentReporter;
import io.finemesh.trainer.failure.SegmentFailureException;
import io.finemesh.trainer.lease.Assignment;
import io.finemesh.trainer.lease.Mailbox;
import io.finemesh.trainer.lease.WithdrawnException;
import io.finemesh.trainer.metric.TrainerMetrics;
import io.finemesh.trainer.result.HeldResults;
import io.finemesh.trainer.result.ResultWriter;
import io.finemesh.trainer.result.TrainedSegment;
import io.finemesh.trainer.trace.SegmentTrace;
import io.finemesh.trainer.upload.Uploader;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jboss.logging.Logger;

/**
 * One segment from its base to its result, on the device thread:
 *
 * <ol>
 *   <li>the base is in native memory already, or is fetched and loaded;
 *   <li>{@code SegmentStarted}, {@code BlockActivated}, and one {@code StepCompleted} a step, which nobody waits for;
 *   <li>the result is written to the local cache and its identity computed;
 *   <li>when the broker has every step, {@code SegmentTrained}, and the uploader takes over.
 * </ol>
 *
 * A failure or a withdrawal before the last point leaves nothing behind but steps of an epoch that no longer counts.
 */
public final class SegmentExecution {
    private static final Logger LOG = Logger.getLogger(SegmentExecution.class);
    /** Results on their way, the one about to be made included: they occupy the local disk. */
    private static final int MOST_RESULTS_ON_THEIR_WAY = 2;

    private final TrainerId trainer;
    private final Mailbox mailbox;
    private final BaseLoader loader;
    private final ResultWriter writer;
    private final HeldResults held;
    private final Uploader uploader;
    private final EventSink events;
    private final TrainerMetrics metrics;
    private final Clock clock;
    private final int mostNonFiniteSteps;

    /**
     * @param mostNonFiniteSteps so many steps in a row without a finite loss and gradient end a segment
     */
    public SegmentExecution(
            TrainerId trainer,
            Mailbox mailbox,
            BaseLoader loader,
            ResultWriter writer,
            HeldResults held,
            Uploader uploader,
            EventSink events,
            TrainerMetrics metrics,
            Clock clock,
            int mostNonFiniteSteps) {
        this.trainer = trainer;
        this.mailbox = mailbox;
        this.loader = loader;
        this.writer = writer;
        this.held = held;
        this.uploader = uploader;
        this.events = events;
        this.metrics = metrics;
        this.clock = clock;
        this.mostNonFiniteSteps = mostNonFiniteSteps;
    }

    /** Who says what happens to a segment. */
    SegmentReporter reporter(Assignment assignment) {
        return new SegmentReporter(events, trainer, clock, assignment.command());
    }

    /**
     * Trains a segment.
     *
     * @param memory what native memory holds; stands at the result afterwards, or holds nothing if training broke off
     */
    void train(Assignment assignment, DeviceMemory memory, SegmentReporter reporter, SegmentTrace trace)
            throws WithdrawnException, SegmentFailureException, ExecutionException, IOException, InterruptedException {
        SegmentWork work = assignment.work();
        assignment.await(uploader.atMost(MOST_RESULTS_ON_THEIR_WAY - 1));
        RunSession session = session(assignment, memory);
        SegmentWindow window = RunPlan.window(work, session.structure());
        StepWatch watch =
                new StepWatch(assignment, reporter, trace, metrics, mostNonFiniteSteps, session.nonFiniteSteps());
        watch.await(reporter.started(trace.traceparent(), session.samples().order(work)));
        window.block().ifPresent(block -> watch.await(activated(block, session, reporter)));
        TrainedSegment result;
        try (SegmentOutcome outcome = memory.unsteady(() -> session.train(window, watch, watch::wantsStop))) {
            watch.requireFinite();
            assignment.requireHeld();
            result = writer.write(work, session.manifest(), session.structure(), outcome);
        }
        Uploader.Upload upload;
        try {
            assignment.await(watch.acknowledged());
            // Before the segment ends, so that at no moment a stop or a lost base can miss both segment and result.
            upload = uploader.register(assignment.command().body(), result, reporter, trace.context());
        } catch (WithdrawnException | ExecutionException | InterruptedException | RuntimeException unwanted) {
            result.pins().close();
            throw unwanted;
        }
        try {
            mailbox.finish(assignment);
        } catch (WithdrawnException unwanted) {
            uploader.withdraw(upload);
            throw unwanted;
        }
        memory.steadyAt(result.checkpoint(), result.manifest(), watch.nonFiniteSteps());
        held.hold(result.checkpoint(), result.manifest());
        if (!uploader.isWanted(upload)) {
            LOG.infof("%s is trained, but its result %s was given up meanwhile", assignment, result.checkpoint());
            held.forget(List.of(result.checkpoint()));
            return;
        }
        trace.trained(result.checkpoint());
        LOG.infof(
                "%s is trained: %s, loss %.4f at step %d, %d bytes to upload",
                assignment, result.checkpoint(), result.lastLoss(), result.lastStep(), result.sizeBytes());
        reporter.trained(
                result.checkpoint(), result.lastStep(), result.lastLoss(), result.gradientNorm(), trace.traceparent());
        uploader.begin(upload);
    }

    private RunSession session(Assignment assignment, DeviceMemory memory)
            throws WithdrawnException, ExecutionException, InterruptedException, IOException, SegmentFailureException {
        SegmentWork work = assignment.work();
        Optional<RunSession> standing = memory.standingAt(work);
        if (standing.isPresent() && standing.get().holdsExactly(work)) {
            return standing.get();
        }
        LOG.infof(
                "%s: fetching base %s and data set %s",
                assignment, work.base(), work.dataset().version());
        try (SegmentBase base = assignment.await("finemesh-fetch", () -> loader.load(work))) {
            if (standing.isPresent()) {
                standing.get().holdExactly(work, base);
                return standing.get();
            }
            return memory.load(work, base);
        }
    }

    private CompletableFuture<Void> activated(Block block, RunSession session, SegmentReporter reporter) {
        metrics.blockSwitch();
        long parameters = block.groups().stream()
                .mapToLong(session.structure()::parameterCount)
                .sum();
        return reporter.blockActivated(block.id(), parameters);
    }
}
