package io.finemesh.scheduler.lifecycle;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.checkpoint.CheckpointEvent;
import io.finemesh.contract.checkpoint.CheckpointRejected;
import io.finemesh.contract.checkpoint.ModelImported;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.placement.PlacementEvent;
import io.finemesh.contract.run.CancelRun;
import io.finemesh.contract.run.RunCommand;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.training.TrainingEvent;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.scheduler.lifecycle.RunState.AwaitingTrainer;
import io.finemesh.scheduler.lifecycle.RunState.Committing;
import io.finemesh.scheduler.lifecycle.RunState.Resting;
import io.finemesh.scheduler.lifecycle.RunState.Training;
import io.finemesh.scheduler.lifecycle.RunState.Working;
import io.finemesh.scheduler.planning.Planning;
import io.finemesh.scheduler.planning.RunPlanner;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The life of a run: {@link #decide} says what an input means, {@link #evolve} is the only place where a state changes. Pure: the same state, input and
 * time give the same decision, down to the identities of the messages, so that deciding twice says nothing new.
 *
 * <p>What the decisions rest on: a segment is a pure function of its base checkpoint. Doing one again is harmless, so in doubt it is done again;
 * a commit is accepted whoever made it; only what a lease says is held against its epoch.
 *
 * <p>The run, with a line for each group of decisions: {@link SubmissionDecisions} accept, reject and cancel; {@link PlacementDecisions} and
 * {@link TrainingDecisions} follow the segment in work; {@link CheckpointDecisions} follow what is committed; {@link EvaluationDecisions}
 * follow the scores.
 */
public final class RunLifecycle {
    private final RetryPolicy policy;
    private final Function<SubmitRun, Planning> planner;

    public RunLifecycle(RetryPolicy policy) {
        this(policy, RunPlanner::plan);
    }

    RunLifecycle(RetryPolicy policy, Function<SubmitRun, Planning> planner) {
        this.policy = policy;
        this.planner = planner;
    }

    /** The run that an input is about; empty for what concerns no run. */
    public static Optional<RunId> runOf(Message input) {
        return switch (input) {
            case RunCommand command -> Optional.of(command.runId());
            case TrainingEvent event -> Optional.of(event.runId());
            case PlacementEvent event -> Optional.of(event.runId());
            case EvaluationEvent event -> event.runId();
            case CheckpointEvent event ->
                switch (event) {
                    case CheckpointCommitted committed -> Optional.of(committed.runId());
                    case CheckpointRejected rejected -> Optional.of(rejected.runId());
                    case ModelImported _ -> Optional.empty();
                };
            default -> throw unexpected(input);
        };
    }

    /**
     * What an input means for the run it is about.
     *
     * @param state where the run stands
     * @param input any message that {@link #runOf} names a run for
     * @param now the time of the decision
     */
    public Decision decide(RunState state, Envelope<? extends Message> input, Instant now) {
        Message body = input.body();
        RunId runId = runOf(body)
                .orElseThrow(() -> new IllegalArgumentException(body + " concerns no run and cannot be decided"));
        Deliberation deliberation = new Deliberation(runId, state, input.id(), input.traceparent(), now, policy);
        switch (body) {
            case SubmitRun submission -> SubmissionDecisions.submit(deliberation, state, submission, planner);
            case CancelRun cancellation -> SubmissionDecisions.cancel(deliberation, state, cancellation);
            case PlacementEvent event -> PlacementDecisions.decide(deliberation, state, event);
            case TrainingEvent event -> TrainingDecisions.decide(deliberation, state, event);
            case CheckpointCommitted committed -> CheckpointDecisions.committed(deliberation, state, committed);
            case CheckpointRejected rejected -> CheckpointDecisions.rejected(deliberation, state, rejected);
            case EvaluationEvent event -> EvaluationDecisions.decide(deliberation, state, event);
            default -> throw unexpected(body);
        }
        return deliberation.conclude();
    }

    /** When the passing of time alone will mean something for a run; empty if never. */
    public Optional<Instant> wakeAt(RunState state) {
        return switch (state) {
            case Resting resting -> Optional.of(resting.until());
            case Committing committing
            when committing.holder().isEmpty() -> Optional.of(committing.since().plus(policy.verdictPatience()));
            case RunState.Evaluating evaluating ->
                evaluating.progress().evaluations().stream()
                        .map(evaluation -> evaluation.since().plus(policy.evaluationPatience()))
                        .min(Comparator.naturalOrder());
            case Committing _, AwaitingTrainer _, Training _, RunState.Absent _, RunState.Ended _ -> Optional.empty();
        };
    }

    /**
     * What the passing of time means for a run: one that rests asks for a trainer when its rest is over; one whose results are uploaded waits
     * for the store's verdict only so long, and then trains them again; one that only lacks scores waits for them only so long.
     */
    public Decision wake(RunState state, Instant now) {
        if (state instanceof RunState.Active active
                && wakeAt(state).filter(at -> !now.isBefore(at)).isPresent()) {
            Deliberation deliberation = new Deliberation(
                    active.charter().runId(),
                    state,
                    cause(active),
                    active.charter().traceparent(),
                    now,
                    policy);
            switch (active) {
                case Resting _ -> deliberation.place();
                case Committing committing -> CheckpointDecisions.unanswered(deliberation, committing, now);
                case RunState.Evaluating evaluating ->
                    EvaluationDecisions.overdue(deliberation, evaluating, now.minus(policy.evaluationPatience()));
                case AwaitingTrainer _, Training _ -> throw new IllegalStateException("waits for no time: " + active);
            }
            return deliberation.conclude();
        }
        return new Decision(state, List.of(), List.of(), Optional.empty());
    }

    /** The same for the same rest or wait, whenever it is noticed. */
    private static EventId cause(RunState.Active active) {
        EventId run = new EventId(active.charter().runId().value());
        return switch (active) {
            case Resting resting -> EventId.derived(resting.cause(), "rested", 0);
            case Committing committing -> EventId.derived(run, "unanswered since " + committing.since(), 0);
            case RunState.Evaluating evaluating ->
                EventId.derived(
                        run,
                        "unscored: "
                                + evaluating.progress().evaluations().stream()
                                        .map(OpenEvaluation::evaluation)
                                        .toList(),
                        0);
            case AwaitingTrainer _, Training _ -> throw new IllegalStateException("waits for no time: " + active);
        };
    }

    /**
     * The state after a change.
     *
     * @throws IllegalStateException when the change cannot happen in this state; never for a change that {@link #decide} made
     */
    public static RunState evolve(RunState state, RunChange change) {
        return switch (change) {
            case RunChange.Planned planned
            when state instanceof RunState.Absent absent -> absent.planned(planned.charter());
            case RunChange.Refused refused
            when state instanceof RunState.Absent absent -> absent.refused(refused.runId(), refused.failure());
            case RunChange.Granted granted
            when state instanceof AwaitingTrainer waiting -> waiting.granted(granted.trainer());
            case RunChange.Trained trained
            when state instanceof Training training -> training.finished(trained.segment(), trained.at());
            case RunChange.Uploaded uploaded
            when state instanceof Working working ->
                working.withProgress(working.progress().withUploaded(uploaded.index()));
            case RunChange.Dismissed dismissed
            when state instanceof Committing committing -> committing.left(dismissed.at());
            case RunChange.Committed committed
            when state instanceof Working working ->
                working.committed(
                        working.progress()
                                .plusCommitted(
                                        working.charter(),
                                        committed.index(),
                                        committed.steps(),
                                        committed.checkpoint(),
                                        committed.gradientNorm()),
                        committed.at());
            case RunChange.SetBack setBack
            when state instanceof Working working ->
                working.withProgress(working.progress().setBackTo(setBack.pendingKept(), setBack.setbacks()));
            case RunChange.Placed _ when state instanceof Working working -> working.placed();
            case RunChange.Rested rested
            when state instanceof Working working -> working.rested(rested.until(), rested.cause());
            case RunChange.Left left when state instanceof Working working -> working.left(left.at());
            case RunChange.EvaluationOpened opened
            when state instanceof RunState.Active active ->
                active.withProgress(active.progress().plusEvaluation(opened.evaluation()));
            case RunChange.EvaluationClosed closed
            when state instanceof RunState.Active active ->
                active.withProgress(active.progress().minusEvaluation(closed.evaluation()));
            case RunChange.TrainingEnded _ when state instanceof Working working -> working.trained();
            case RunChange.Completed _ when state instanceof RunState.Active active -> active.completed();
            case RunChange.Failed failed
            when state instanceof RunState.Active active -> active.failed(failed.failure());
            case RunChange.Cancelled _ when state instanceof RunState.Active active -> active.cancelled();
            case RunChange.Planned _,
                    RunChange.Refused _,
                    RunChange.Granted _,
                    RunChange.Trained _,
                    RunChange.Uploaded _,
                    RunChange.Dismissed _,
                    RunChange.Committed _,
                    RunChange.SetBack _,
                    RunChange.Placed _,
                    RunChange.Rested _,
                    RunChange.Left _,
                    RunChange.EvaluationOpened _,
                    RunChange.EvaluationClosed _,
                    RunChange.TrainingEnded _,
                    RunChange.Completed _,
                    RunChange.Failed _,
                    RunChange.Cancelled _ ->
                throw new IllegalStateException(change.getClass().getSimpleName() + " cannot happen in "
                        + state.getClass().getSimpleName());
        };
    }

    private static IllegalArgumentException unexpected(Message message) {
        return new IllegalArgumentException(
                message.getClass().getSimpleName() + " is not an input of a run's lifecycle");
    }
}
