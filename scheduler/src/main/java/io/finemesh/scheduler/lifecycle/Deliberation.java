package io.finemesh.scheduler.lifecycle;

import io.finemesh.contract.Message;
import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.placement.PlaceSegment;
import io.finemesh.contract.placement.ReleaseLease;
import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.RunFailed;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.run.SegmentRetried;
import io.finemesh.contract.run.SegmentScheduled;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.scheduler.announcement.Announcement;
import io.finemesh.scheduler.lifecycle.RunState.Active;
import io.finemesh.scheduler.lifecycle.RunState.Working;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One decision while it is made: the state as far as it has evolved, what changed and what is to be said. Used once. */
final class Deliberation {
    private final RunId runId;
    private final EventId cause;
    private final Optional<String> causeTraceparent;
    private final Instant now;
    private final RetryPolicy policy;
    private final RunState before;

    private final List<RunChange> changes = new ArrayList<>();
    private final List<Announcement<?>> outputs = new ArrayList<>();
    private RunState state;
    private Optional<String> remark = Optional.empty();

    Deliberation(
            RunId runId,
            RunState before,
            EventId cause,
            Optional<String> causeTraceparent,
            Instant now,
            RetryPolicy policy) {
        this.runId = runId;
        this.before = before;
        this.state = before;
        this.cause = cause;
        this.causeTraceparent = causeTraceparent;
        this.now = now;
        this.policy = policy;
    }

    RunId runId() {
        return runId;
    }

    Instant now() {
        return now;
    }

    Optional<String> causeTraceparent() {
        return causeTraceparent;
    }

    /** Nothing happens, and this is why. */
    void ignore(String reason) {
        remark = Optional.of(reason);
    }

    void change(RunChange change) {
        state = RunLifecycle.evolve(state, change);
        changes.add(change);
    }

    <T extends Message> void say(Topic<T> topic, T body) {
        outputs.add(Announcement.about(topic, runId.value(), runId, cause, outputs.size(), traceparent(), now, body));
    }

    /** The submission's trace, whatever trace the cause carries. */
    private Optional<String> traceparent() {
        if (state instanceof Active active) {
            return active.charter().traceparent();
        }
        return before instanceof Active active ? active.charter().traceparent() : causeTraceparent;
    }

    Working working() {
        return (Working) state;
    }

    /** Asks for a trainer for the next segment under a new epoch. */
    void place() {
        change(new RunChange.Placed());
        requestPlacement();
    }

    /**
     * Says what the state {@code AwaitingTrainer} waits for. While the base is not committed it exists only in the memory of the trainer that
     * made it, so that only this trainer can go on: it is then named as the preferred one, and placement gives the segment to nobody else.
     */
    void requestPlacement() {
        Working waiting = working();
        Charter charter = waiting.charter();
        Progress progress = waiting.progress();
        Optional<TrainedSegment> uncommitted = progress.newestPending();
        SegmentWork work = new SegmentWork(
                runId,
                charter.next(progress),
                base(waiting),
                charter.submission().specification(),
                charter.submission().dataset(),
                charter.plan().totalSteps(),
                charter.plan().memory().totalBytes(),
                uncommitted.isPresent()
                        ? uncommitted.get().traceparent()
                        : progress.last().flatMap(CommittedCheckpoint::traceparent));
        say(
                Topics.PLACEMENT_REQUESTS,
                new PlaceSegment(runId, waiting.epoch(), work, uncommitted.map(TrainedSegment::trainer)));
    }

    void release(boolean stop, String reason) {
        say(Topics.PLACEMENT_REQUESTS, new ReleaseLease(runId, working().epoch(), stop, reason));
    }

    /**
     * Goes back to what is safe after a failure: the last committed checkpoint, and after it the {@code pendingKept} oldest results that are
     * uploaded already and only wait for the store's verdict.
     *
     * <p>Why the store is waited for instead of training those segments again: they no longer depend on any trainer, the verdict comes within
     * seconds, and both ways end in the same bytes. Should the verdict come after the segment was given out again, it is accepted as well.
     *
     * @param leaseNow what became of the lease of the segment in work
     */
    void setBack(int pendingKept, Failure failure, LeaseNow leaseNow) {
        Working working = working();
        int segment = working.progress().committedSegments() + pendingKept;
        switch (policy.judge(working.progress().setbacks(), segment, failure)) {
            case RetryPolicy.Verdict.GiveUp giveUp -> fail(giveUp.failure());
            case RetryPolicy.Verdict.Again again -> {
                boolean atOnce = pendingKept == 0 && again.rest().isZero();
                switch (leaseNow) {
                    case OVER -> {}
                    case GIVEN_BACK -> {
                        if (!atOnce) {
                            // A request would end the lease on its own; without one the trainer is freed for others.
                            release(false, "segment " + segment + " starts again later: " + failure.message());
                        }
                    }
                    case HELD -> release(true, "segment " + segment + " starts again: " + failure.message());
                }
                change(new RunChange.SetBack(pendingKept, again.setbacks()));
                say(
                        Topics.RUN_EVENTS,
                        new SegmentRetried(runId, segment, again.setbacks().total() + 1, failure));
                goOn(pendingKept > 0, again.rest());
            }
        }
    }

    /** What became of the lease of the segment in work when something went wrong. */
    enum LeaseNow {
        /** Placement has ended it, or there was none. */
        OVER,
        /** The trainer no longer works on it, but placement does not know. */
        GIVEN_BACK,
        /** The trainer may be at work. */
        HELD
    }

    private void goOn(boolean awaitsVerdict, Duration rest) {
        if (awaitsVerdict) {
            change(new RunChange.Left(now));
        } else if (rest.isPositive()) {
            change(new RunChange.Rested(now.plus(rest), cause));
        } else {
            place();
        }
    }

    /** Gives up; a trainer that may be at work is stopped. */
    void fail(Failure failure) {
        stopIfAtWork("the run failed: " + failure.message());
        Optional<CheckpointId> last = ((Active) state).progress().last().map(CommittedCheckpoint::checkpoint);
        say(Topics.RUN_EVENTS, new RunFailed(runId, failure, last));
        change(new RunChange.Failed(failure));
    }

    void stopIfAtWork(String reason) {
        switch (state) {
            case RunState.AwaitingTrainer _, RunState.Training _ -> release(true, reason);
            case RunState.Committing committing -> {
                if (committing.holder().isPresent()) {
                    release(true, reason);
                }
            }
            case RunState.Resting _, RunState.Evaluating _, RunState.Absent _, RunState.Ended _ -> {}
        }
    }

    void openEvaluation(OpenEvaluation evaluation) {
        Charter charter = ((Active) state).charter();
        change(new RunChange.EvaluationOpened(evaluation));
        say(
                Topics.EVALUATION_COMMANDS,
                EvaluateCheckpoint.of(
                        evaluation.evaluation(),
                        Optional.of(runId),
                        evaluation.checkpoint(),
                        evaluation.afterSteps(),
                        charter.submission()));
    }

    /** Every segment is committed: the run is complete unless evaluations are open. */
    void completeUnlessEvaluating() {
        Active active = (Active) state;
        if (active.progress().evaluations().isEmpty()) {
            CommittedCheckpoint last = active.progress().last().orElseThrow();
            say(
                    Topics.RUN_EVENTS,
                    new RunCompleted(
                            runId,
                            last.checkpoint(),
                            last.weightsDigest(),
                            active.progress().committedSteps(),
                            active.charter().submission().specification().outputName()));
            change(new RunChange.Completed());
        } else if (active instanceof Working) {
            change(new RunChange.TrainingEnded());
        }
    }

    void completeIfEvaluated() {
        if (state instanceof RunState.Evaluating) {
            completeUnlessEvaluating();
        }
    }

    /** The trainer has the segment in work, whether placement or the trainer itself was heard first. */
    void granted(TrainerId trainer) {
        change(new RunChange.Granted(trainer));
        Working training = working();
        say(
                Topics.RUN_EVENTS,
                new SegmentScheduled(
                        runId,
                        training.charter().next(training.progress()),
                        trainer,
                        training.epoch(),
                        base(training)));
    }

    private static CheckpointId base(Working working) {
        Progress progress = working.progress();
        return progress.newestPending()
                .map(TrainedSegment::checkpoint)
                .or(() -> progress.last().map(CommittedCheckpoint::checkpoint))
                .orElse(working.charter().submission().model().checkpoint());
    }

    Decision conclude() {
        Optional<RunSnapshot> snapshot = RunSnapshots.of(state);
        if (snapshot.isPresent() && !snapshot.equals(RunSnapshots.of(before))) {
            say(Topics.RUN_STATE, snapshot.get());
        }
        return new Decision(state, changes, outputs, remark);
    }
}
