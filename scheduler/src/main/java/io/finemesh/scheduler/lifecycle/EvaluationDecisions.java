package io.finemesh.scheduler.lifecycle;

import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationStarted;
import io.finemesh.contract.evaluation.JudgeSpending;
import io.finemesh.contract.evaluation.RangeFailed;
import io.finemesh.contract.evaluation.RangeScored;
import io.finemesh.contract.failure.Disposition;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.scheduler.lifecycle.RunState.Active;
import java.time.Instant;
import java.util.Optional;

/**
 * Which checkpoints are scored, and what the end of an evaluation means. Evaluations run beside the training and never hold it up; only the run's
 * end waits for them.
 *
 * <p>An evaluation that failed is asked for once more, under a new identity. When that fails too the run completes all the same: its
 * training is committed, and the failure stands in the evaluation events for whoever wants the score.
 */
final class EvaluationDecisions {
    private static final int ATTEMPTS = 2;

    private EvaluationDecisions() {}

    static Optional<OpenEvaluation> atStart(SubmitRun submission, Instant now) {
        CheckpointId start = submission.model().checkpoint();
        return submission.specification().evaluation().atStart()
                        && !submission.tasksOn(start).isEmpty()
                ? Optional.of(OpenEvaluation.first(submission.runId(), start, 0, now))
                : Optional.empty();
    }

    static Optional<OpenEvaluation> onCadence(
            Charter charter, int index, CheckpointId checkpoint, long afterSteps, Instant now) {
        EvaluationSpecification evaluation =
                charter.submission().specification().evaluation();
        if (charter.submission().tasksOn(checkpoint).isEmpty()) {
            return Optional.empty();
        }
        boolean last = index + 1 == charter.plan().segments();
        boolean due = evaluation.everySegments() > 0 && (index + 1) % evaluation.everySegments() == 0;
        return last || due
                ? Optional.of(OpenEvaluation.first(charter.runId(), checkpoint, afterSteps, now))
                : Optional.empty();
    }

    static void decide(Deliberation deliberation, RunState state, EvaluationEvent event) {
        if (!(state instanceof Active active)) {
            deliberation.ignore("the run has ended");
            return;
        }
        Optional<OpenEvaluation> open = open(active, event.evaluation());
        if (open.isEmpty()) {
            deliberation.ignore("evaluation " + event.evaluation() + " is not waited for");
            return;
        }
        switch (event) {
            case EvaluationStarted _, RangeScored _, RangeFailed _, JudgeSpending _ ->
                deliberation.ignore("of interest to watchers only");
            case EvaluationCompleted completed -> close(deliberation, completed.evaluation());
            case EvaluationFailed failed ->
                unscored(deliberation, open.get(), failed.failure().code().disposition() != Disposition.ABORT);
        }
    }

    /**
     * Evaluations that nobody answered for too long count as failed, so that a run whose evaluator is gone ends all the same. A score that comes
     * after all is kept in the evaluation events.
     */
    static void overdue(Deliberation deliberation, RunState.Evaluating evaluating, Instant askedBefore) {
        evaluating.progress().evaluations().stream()
                .filter(evaluation -> !evaluation.since().isAfter(askedBefore))
                .forEach(evaluation -> unscored(deliberation, evaluation, true));
    }

    private static void unscored(Deliberation deliberation, OpenEvaluation evaluation, boolean mayHelpAgain) {
        if (mayHelpAgain && evaluation.attempt() < ATTEMPTS) {
            deliberation.change(new RunChange.EvaluationClosed(evaluation.evaluation()));
            deliberation.openEvaluation(evaluation.again(deliberation.runId(), deliberation.now()));
        } else {
            close(deliberation, evaluation.evaluation());
        }
    }

    private static void close(Deliberation deliberation, EvaluationId evaluation) {
        deliberation.change(new RunChange.EvaluationClosed(evaluation));
        deliberation.completeIfEvaluated();
    }

    private static Optional<OpenEvaluation> open(Active active, EvaluationId evaluation) {
        return active.progress().evaluations().stream()
                .filter(candidate -> candidate.evaluation().equals(evaluation))
                .findFirst();
    }
}
