package io.finemesh.scheduler.lifecycle;

import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.checkpoint.CheckpointRejected;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.scheduler.lifecycle.RunState.AwaitingTrainer;
import io.finemesh.scheduler.lifecycle.RunState.Committing;
import io.finemesh.scheduler.lifecycle.RunState.Resting;
import io.finemesh.scheduler.lifecycle.RunState.Training;
import io.finemesh.scheduler.lifecycle.RunState.Working;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the store's verdicts mean. A commit counts whatever its epoch: a segment is a pure function, so whoever computed it has computed the
 * same, and a checkpoint that exists has all its ancestors.
 */
final class CheckpointDecisions {
    private CheckpointDecisions() {}

    static void committed(Deliberation deliberation, RunState state, CheckpointCommitted committed) {
        if (!(state instanceof Working working)) {
            deliberation.ignore("no segment is in work");
            return;
        }
        int index = committed.segmentIndex();
        if (index < working.progress().committedSegments()) {
            deliberation.ignore("segment " + index + " is known to be committed");
            return;
        }
        if (index >= working.charter().plan().segments()
                || committed.lastStep() != working.charter().lastStep(index)) {
            deliberation.ignore("segment " + index + " with last step " + committed.lastStep()
                    + " is not one of this run's " + working.charter().plan().segments() + " segments");
            return;
        }
        int inWork = working.progress().nextSegment();
        Optional<String> traceparent = working.progress().pending().stream()
                .filter(trained -> trained.index() == index)
                .findFirst()
                .flatMap(TrainedSegment::traceparent);
        deliberation.change(new RunChange.Committed(
                index,
                committed.lastStep() + 1,
                new CommittedCheckpoint(committed.checkpoint(), committed.weightsDigest(), traceparent),
                committed.gradientNorm(),
                deliberation.now()));
        EvaluationDecisions.onCadence(
                        working.charter(), index, committed.checkpoint(), committed.lastStep() + 1, deliberation.now())
                .ifPresent(deliberation::openEvaluation);
        if (index + 1 == working.charter().plan().segments()) {
            deliberation.stopIfAtWork("every segment is committed");
            deliberation.completeUnlessEvaluating();
        } else {
            goOn(deliberation, committed, inWork);
        }
    }

    private static void goOn(Deliberation deliberation, CheckpointCommitted committed, int inWork) {
        Working working = deliberation.working();
        boolean overtaken = inWork <= committed.segmentIndex();
        boolean settled = working.progress().pending().isEmpty();
        switch (working) {
            case AwaitingTrainer _, Training _
            when overtaken -> {
                // Somebody else's result of the segment in work, unless it is this lease's own and its SegmentTrained
                // is still to be read.
                if (working.epoch() != committed.epoch()) {
                    deliberation.release(true, "segment " + committed.segmentIndex() + " is committed already");
                }
                deliberation.place();
            }
            case AwaitingTrainer _
            when settled ->
                // The base is committed now, so that any trainer may go on.
                deliberation.requestPlacement();
            case AwaitingTrainer _, Training _ -> {}
            case Committing _ when settled -> deliberation.place();
            case Committing _ -> {}
            case Resting _ -> deliberation.place();
        }
    }

    /**
     * The store has not said for too long what became of results that are uploaded. They are trained again, like after any failure of the
     * infrastructure; a verdict that comes after all still counts.
     */
    static void unanswered(Deliberation deliberation, Committing committing, Instant now) {
        int waiting = committing.progress().pending().size();
        deliberation.setBack(
                0,
                new Failure(
                        FailureCode.STORE_UNREACHABLE,
                        "the checkpoint store has not said for "
                                + Duration.between(committing.since(), now).toSeconds() + " s what became of "
                                + (waiting == 1 ? "a result" : waiting + " results") + " uploaded to it, from segment "
                                + committing.progress().committedSegments()
                                + " on; see whether it runs and reads finemesh.training.events.v1"),
                Deliberation.LeaseNow.OVER);
    }

    static void rejected(Deliberation deliberation, RunState state, CheckpointRejected rejected) {
        if (!(state instanceof Working working)) {
            deliberation.ignore("no segment is in work");
            return;
        }
        Progress progress = working.progress();
        boolean waitedFor =
                progress.pending(rejected.segmentIndex(), rejected.epoch()).isPresent();
        boolean inWork = PlacementDecisions.holdsLease(working)
                && working.epoch() == rejected.epoch()
                && progress.nextSegment() == rejected.segmentIndex();
        if (!waitedFor && !inWork) {
            deliberation.ignore("the refused result is not waited for");
            return;
        }
        int before = Math.min(progress.uploadedInOrder(), rejected.segmentIndex() - progress.committedSegments());
        deliberation.setBack(before, rejected.failure(), PlacementDecisions.leaseNow(working));
    }
}
