package io.finemesh.scheduler.lifecycle;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.training.BlockActivated;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.TrainingEvent;
import io.finemesh.scheduler.lifecycle.Deliberation.LeaseNow;
import io.finemesh.scheduler.lifecycle.RunState.AwaitingTrainer;
import io.finemesh.scheduler.lifecycle.RunState.Committing;
import io.finemesh.scheduler.lifecycle.RunState.Training;
import io.finemesh.scheduler.lifecycle.RunState.Working;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a trainer says about its segment. The next segment is asked for as soon as one is trained; its upload, verification and commit go on
 * beside it.
 *
 * <p>Topics are not ordered among each other: a trainer may be heard before placement says that it has the lease, and is then taken at
 * its word, since nobody else can know the epoch.
 */
final class TrainingDecisions {
    private TrainingDecisions() {}

    static void decide(Deliberation deliberation, RunState state, TrainingEvent event) {
        if (!(state instanceof Working working)) {
            deliberation.ignore("no segment is in work");
            return;
        }
        switch (event) {
            case SegmentStarted started -> started(deliberation, working, started);
            case BlockActivated _ -> deliberation.ignore("of interest to watchers only");
            case SegmentTrained trained ->
                trained(
                        deliberation,
                        working,
                        trained,
                        trained.trainer(),
                        trained.checkpoint(),
                        trained.lastStep(),
                        trained.gradientNorm(),
                        trained.traceparent());
            case SegmentEnded ended -> ended(deliberation, working, ended);
            case SegmentFailed failed -> failed(deliberation, working, failed);
        }
    }

    private static void started(Deliberation deliberation, Working working, SegmentStarted started) {
        if (working instanceof AwaitingTrainer && inWork(working, started)) {
            deliberation.granted(started.trainer());
        } else {
            deliberation.ignore("the trainer is known to be at work, or no longer counts");
        }
    }

    private static void trained(
            Deliberation deliberation,
            Working working,
            TrainingEvent event,
            TrainerId trainer,
            CheckpointId checkpoint,
            long lastStep,
            OptionalDouble gradientNorm,
            String traceparent) {
        if (!inWork(working, event)) {
            deliberation.ignore(PlacementDecisions.stale("result", event.epoch(), working));
            return;
        }
        long expected = working.charter().lastStep(event.segmentIndex());
        if (lastStep != expected) {
            // Nothing more is to be heard of this lease: the trainer takes itself to be done.
            deliberation.setBack(
                    working.progress().uploadedInOrder(),
                    new Failure(
                            FailureCode.INTERNAL,
                            "segment " + event.segmentIndex() + " ends with step " + expected
                                    + " but the trainer stopped after step " + lastStep + "; its result is not used"),
                    LeaseNow.HELD);
            return;
        }
        if (working instanceof AwaitingTrainer) {
            deliberation.granted(trainer);
        }
        deliberation.change(new RunChange.Trained(
                new TrainedSegment(
                        event.segmentIndex(),
                        event.epoch(),
                        checkpoint,
                        trainer,
                        false,
                        gradientNorm,
                        traceparent.isEmpty() ? Optional.empty() : Optional.of(traceparent)),
                deliberation.now()));
        if (deliberation.working() instanceof AwaitingTrainer) {
            deliberation.requestPlacement();
        }
    }

    private static void ended(Deliberation deliberation, Working working, SegmentEnded ended) {
        if (working.progress().pending(ended.segmentIndex(), ended.epoch()).isEmpty() && inWork(working, ended)) {
            // Reached only when SegmentTrained was lost to the dead-letter topic: the trainer says it before it ends
            // the segment.
            if (working.charter().submission().specification().method().measuresImportance()) {
                deliberation.ignore("which block is next depends on what was measured, which the commit will say");
                return;
            }
            trained(
                    deliberation,
                    working,
                    ended,
                    ended.trainer(),
                    ended.checkpoint(),
                    ended.lastStep(),
                    OptionalDouble.empty(),
                    "");
            if (ended.lastStep() != working.charter().lastStep(ended.segmentIndex())) {
                return;
            }
        }
        Optional<TrainedSegment> pending =
                deliberation.working().progress().pending(ended.segmentIndex(), ended.epoch());
        if (pending.isEmpty() || pending.get().uploaded()) {
            deliberation.ignore("the upload is known, or of a result that is not waited for");
            return;
        }
        deliberation.change(new RunChange.Uploaded(ended.segmentIndex()));
        if (deliberation.working() instanceof Committing committing
                && committing.holder().isPresent()
                && committing.progress().uploadedInOrder()
                        == committing.progress().pending().size()) {
            deliberation.release(false, "the last segment is trained and uploaded");
            deliberation.change(new RunChange.Dismissed(deliberation.now()));
        }
    }

    private static void failed(Deliberation deliberation, Working working, SegmentFailed failed) {
        Progress progress = working.progress();
        Optional<TrainedSegment> upload = progress.pending(failed.segmentIndex(), failed.epoch());
        if (upload.isPresent() && !upload.get().uploaded()) {
            // What was trained could not be uploaded; what is in work is built on it.
            deliberation.setBack(progress.uploadedInOrder(), failed.failure(), PlacementDecisions.leaseNow(working));
        } else if (inWork(working, failed)) {
            deliberation.setBack(progress.uploadedInOrder(), failed.failure(), LeaseNow.GIVEN_BACK);
        } else {
            deliberation.ignore(PlacementDecisions.stale("failure", failed.epoch(), working));
        }
    }

    /** Whether an event is about the segment in work under its newest lease. */
    private static boolean inWork(Working working, TrainingEvent event) {
        return (working instanceof AwaitingTrainer || working instanceof Training)
                && working.epoch() == event.epoch()
                && working.progress().nextSegment() == event.segmentIndex();
    }
}
