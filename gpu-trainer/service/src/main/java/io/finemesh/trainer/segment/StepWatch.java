package io.finemesh.trainer.segment;

import io.finemesh.contract.failure.FailureCode;
import io.finemesh.engine.train.StepListener;
import io.finemesh.engine.train.StepReport;
import io.finemesh.trainer.event.SegmentReporter;
import io.finemesh.trainer.failure.SegmentFailureException;
import io.finemesh.trainer.lease.Assignment;
import io.finemesh.trainer.metric.TrainerMetrics;
import io.finemesh.trainer.trace.SegmentTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Passes on each step of a segment without waiting for anybody, and counts steps that came to nothing. */
final class StepWatch implements StepListener {
    private final Assignment assignment;
    private final SegmentReporter reporter;
    private final SegmentTrace trace;
    private final TrainerMetrics metrics;
    private final int mostNonFiniteSteps;
    private final List<CompletableFuture<Void>> unacknowledged = new ArrayList<>();
    private int nonFiniteSteps;

    /**
     * @param mostNonFiniteSteps so many in a row end the segment
     * @param nonFiniteSteps in a row before the segment
     */
    StepWatch(
            Assignment assignment,
            SegmentReporter reporter,
            SegmentTrace trace,
            TrainerMetrics metrics,
            int mostNonFiniteSteps,
            int nonFiniteSteps) {
        this.assignment = assignment;
        this.reporter = reporter;
        this.trace = trace;
        this.metrics = metrics;
        this.mostNonFiniteSteps = mostNonFiniteSteps;
        this.nonFiniteSteps = nonFiniteSteps;
    }

    @Override
    public void stepCompleted(StepReport report) {
        assignment.reached(report.step());
        await(reporter.step(report));
        trace.step(report);
        metrics.step(report);
        // A step without a labelled token is skipped too, but says nothing about the numbers.
        nonFiniteSteps = report.skipped() && report.labelledTokens() > 0 ? nonFiniteSteps + 1 : 0;
    }

    /** Adds something the broker must have before the segment is said to be done. */
    void await(CompletableFuture<Void> delivery) {
        unacknowledged.removeIf(earlier -> earlier.state() == CompletableFuture.State.SUCCESS);
        unacknowledged.add(delivery);
    }

    /** Completes when the broker has everything for good. */
    CompletableFuture<Void> acknowledged() {
        return CompletableFuture.allOf(unacknowledged.toArray(CompletableFuture[]::new));
    }

    /** Whether to end the segment before its last step. */
    boolean wantsStop() {
        return assignment.isWithdrawn() || nonFiniteSteps >= mostNonFiniteSteps;
    }

    /** Non-finite steps in a row at the end. */
    int nonFiniteSteps() {
        return nonFiniteSteps;
    }

    /** Refuses a segment that went wrong too often in a row. */
    void requireFinite() throws SegmentFailureException {
        if (nonFiniteSteps >= mostNonFiniteSteps) {
            throw new SegmentFailureException(
                    FailureCode.NON_FINITE_LOSS,
                    nonFiniteSteps + " optimizer steps in a row, up to step "
                            + assignment.step().orElse(-1)
                            + ", had a loss or gradient that is no number; lower the learning rate, or look for broken rows in the data");
        }
    }
}
