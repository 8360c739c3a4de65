package io.finemesh.scheduler.lifecycle;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.RunPlan;
import io.finemesh.contract.run.SegmentAssignment;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.scheduler.planning.MeasuredBlocks;
import io.finemesh.scheduler.planning.RunSegments;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What was agreed when the run was accepted; never changes.
 *
 * @param submission what was asked
 * @param plan how it is cut
 * @param traceparent W3C trace context of the submission; everything said about the run carries it
 */
public record Charter(SubmitRun submission, RunPlan plan, Optional<String> traceparent) {
    public Charter {
        requireNonNull(submission, "submission is null");
        requireNonNull(plan, "plan is null");
        traceparent = traceparent == null ? Optional.empty() : traceparent;
    }

    RunId runId() {
        return submission.runId();
    }

    /** The segment that follows what is trained. */
    SegmentAssignment next(Progress progress) {
        return RunSegments.at(submission, plan, progress.nextSegment(), progress.measured(this));
    }

    /** What is known after a segment, given what was known before it. */
    MeasuredBlocks measured(MeasuredBlocks before, int index, OptionalDouble norm) {
        if (!submission.specification().method().measuresImportance()) {
            return before;
        }
        String block = RunSegments.at(submission, plan, index, before).block().orElseThrow();
        return before.after(index, plan.blocks().size(), block, norm);
    }

    /** 0-based last optimizer step of a segment. */
    long lastStep(int index) {
        // Only which block it trains depends on what was measured.
        SegmentAssignment segment = RunSegments.at(submission, plan, index, MeasuredBlocks.NONE);
        return segment.firstStep() + segment.steps() - 1;
    }
}
