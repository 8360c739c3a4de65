package io.finemesh.scheduler.lifecycle;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.CancelRun;
import io.finemesh.contract.run.RunAccepted;
import io.finemesh.contract.run.RunCancelled;
import io.finemesh.contract.run.RunRejected;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.wire.Topics;
import io.finemesh.scheduler.planning.Planning;
import java.util.Optional;
import java.util.function.Function;

/** How a run begins, and how a user ends it. */
final class SubmissionDecisions {
    private SubmissionDecisions() {}

    static void submit(
            Deliberation deliberation, RunState state, SubmitRun submission, Function<SubmitRun, Planning> planner) {
        if (!(state instanceof RunState.Absent)) {
            deliberation.ignore("the run is known already");
            return;
        }
        switch (plan(submission, planner)) {
            case Planning.Refused refused -> {
                deliberation.change(new RunChange.Refused(submission.runId(), refused.failure()));
                deliberation.say(Topics.RUN_EVENTS, new RunRejected(submission.runId(), refused.failure()));
            }
            case Planning.Planned planned -> {
                deliberation.change(new RunChange.Planned(
                        new Charter(submission, planned.plan(), deliberation.causeTraceparent())));
                deliberation.say(
                        Topics.RUN_EVENTS,
                        new RunAccepted(
                                submission.runId(),
                                submission.specification(),
                                submission.model(),
                                submission.dataset(),
                                planned.plan()));
                EvaluationDecisions.atStart(submission, deliberation.now()).ifPresent(deliberation::openEvaluation);
                deliberation.requestPlacement();
            }
        }
    }

    /** A submission is answered whatever happens: one that cannot be planned for a reason nobody foresaw is refused with that reason. */
    private static Planning plan(SubmitRun submission, Function<SubmitRun, Planning> planner) {
        try {
            return planner.apply(submission);
        } catch (RuntimeException unforeseen) {
            return new Planning.Refused(new Failure(
                    FailureCode.INTERNAL,
                    "the run could not be planned, which is a fault of the scheduler and not of the submission: "
                            + unforeseen));
        }
    }

    static void cancel(Deliberation deliberation, RunState state, CancelRun cancellation) {
        if (!(state instanceof RunState.Active active)) {
            deliberation.ignore(
                    state instanceof RunState.Absent ? "the run is not known" : "the run has ended already");
            return;
        }
        deliberation.stopIfAtWork("the run was cancelled: " + cancellation.reason());
        Optional<CheckpointId> last = active.progress().last().map(CommittedCheckpoint::checkpoint);
        deliberation.say(Topics.RUN_EVENTS, new RunCancelled(cancellation.runId(), cancellation.reason(), last));
        deliberation.change(new RunChange.Cancelled());
    }
}
