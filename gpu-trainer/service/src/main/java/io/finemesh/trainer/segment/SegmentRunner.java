package io.finemesh.trainer.segment;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.failure.Fault;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.trainer.event.SegmentReporter;
import io.finemesh.trainer.failure.SegmentFailures;
import io.finemesh.trainer.lease.Assignment;
import io.finemesh.trainer.lease.DeviceMessage;
import io.finemesh.trainer.lease.Mailbox;
import io.finemesh.trainer.lease.Withdrawal;
import io.finemesh.trainer.lease.WithdrawnException;
import io.finemesh.trainer.metric.TrainerMetrics;
import io.finemesh.trainer.trace.SegmentTrace;
import io.finemesh.trainer.trace.TrainerTracing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The one thread that owns the device. It takes messages from its mailbox, one after the other; nothing else touches tensors. No
 * segment can end it: whatever a segment throws is that segment's failure.
 */
public final class SegmentRunner implements Runnable {
    private static final Logger LOG = Logger.getLogger(SegmentRunner.class);

    private final Device device;
    private final Mailbox mailbox;
    private final SegmentExecution execution;
    private final TrainerTracing tracing;
    private final TrainerMetrics metrics;
    private final Clock clock;
    private final DeviceMemory memory = new DeviceMemory();
    private final Thread thread;

    public SegmentRunner(
            Device device,
            Mailbox mailbox,
            SegmentExecution execution,
            TrainerTracing tracing,
            TrainerMetrics metrics,
            Clock clock) {
        this.device = device;
        this.mailbox = mailbox;
        this.execution = execution;
        this.tracing = tracing;
        this.metrics = metrics;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("finemesh-device").daemon().unstarted(this);
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /** Whether the thread has not ended. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Waits for the thread's end, which {@link Mailbox#leave} asks for. */
    public void join() throws InterruptedException {
        thread.join();
    }

    /** The checkpoint whose weights are in memory. */
    public Optional<CheckpointId> checkpoint() {
        return memory.checkpoint();
    }

    @Override
    public void run() {
        if (!device.open()) {
            LOG.error(
                    "the native libraries cannot be used, so this trainer takes no work; see io.finemesh.engine.tensor.EngineEnvironment",
                    device.failure().orElseThrow());
            return;
        }
        try (memory) {
            boolean goOn = true;
            while (goOn) {
                goOn = handleUnharmed(mailbox.take());
            }
        } catch (InterruptedException asked) {
            LOG.warn("the device thread was interrupted and ends");
        }
    }

    /** Returns whether to go on. */
    private boolean handleUnharmed(DeviceMessage message) {
        try {
            return handle(message);
        } catch (RuntimeException | Error unforeseen) {
            // A segment's own failures are dealt with where they happen; this is about everything around it.
            LOG.errorf(unforeseen, "%s could not be handled", message);
            return true;
        }
    }

    private boolean handle(DeviceMessage message) {
        return switch (message) {
            case DeviceMessage.Execute(Assignment assignment) -> {
                execute(assignment);
                yield true;
            }
            case DeviceMessage.Stop stop -> {
                boolean newer = mailbox.holder()
                        .filter(next -> next.run().equals(stop.run()))
                        .isPresent();
                if (!newer) {
                    memory.release(stop.run());
                }
                yield true;
            }
            case DeviceMessage.Drain _ -> false;
        };
    }

    private void execute(Assignment assignment) {
        Instant start = clock.instant();
        SegmentReporter reporter = execution.reporter(assignment);
        try (SegmentTrace trace = tracing.segment(assignment.command())) {
            try {
                assignment.requireHeld();
                execution.train(assignment, memory, reporter, trace);
                metrics.segment(Duration.between(start, clock.instant()));
            } catch (WithdrawnException withdrawn) {
                withdrawn(assignment, withdrawn.withdrawal(), reporter, trace);
            } catch (Throwable failed) {
                Failure failure = SegmentFailures.of(failed);
                log(assignment, failure, failed);
                fail(failure, reporter, trace);
            } finally {
                mailbox.drop(assignment);
                memory.closeIfUnsteady();
            }
        }
    }

    /** Where a failure came from is of use only where nobody foresaw it. */
    private static void log(Assignment assignment, Failure failure, Throwable thrown) {
        if (failure.code().fault() == Fault.BUG) {
            LOG.errorf(thrown, "%s failed with %s", assignment, failure.code());
        } else {
            LOG.errorf("%s failed with %s: %s", assignment, failure.code(), failure.message());
        }
    }

    private void withdrawn(Assignment assignment, Withdrawal withdrawal, SegmentReporter reporter, SegmentTrace trace) {
        LOG.infof("%s is dropped after step %s: %s", assignment, assignment.step(), withdrawal);
        switch (withdrawal) {
            case Withdrawal.Stopped(String reason) -> trace.withdrawn("stopped: " + reason);
            case Withdrawal.Superseded(long epoch) -> trace.withdrawn("superseded by epoch " + epoch);
            case Withdrawal.Leaving _ ->
                fail(
                        new Failure(
                                FailureCode.TRAINER_LEFT,
                                "the trainer was asked to leave and gave the lease back; the segment is to be trained by another"),
                        reporter,
                        trace);
            case Withdrawal.BaseLost(Failure failure) -> fail(failure, reporter, trace);
        }
    }

    private void fail(Failure failure, SegmentReporter reporter, SegmentTrace trace) {
        trace.failed(failure);
        metrics.failure(failure.code().name());
        reporter.failed(failure);
    }
}
