package io.finemesh.scheduler.lifecycle;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.RunPlan;
import io.finemesh.contract.run.SegmentAssignment;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.scheduler.planning.RunSegments;
import java.util.Optional;

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

    SegmentAssignment segment(int index) {
        return RunSegments.at(submission, plan, index);
    }

    /** 0-based last optimizer step of a segment. */
    long lastStep(int index) {
        SegmentAssignment segment = segment(index);
        return segment.firstStep() + segment.steps() - 1;
    }
}
