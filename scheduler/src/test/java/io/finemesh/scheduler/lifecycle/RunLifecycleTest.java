package io.finemesh.scheduler.lifecycle;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;
import static io.finemesh.scheduler.SubmissionBuilder.badam;
import static io.finemesh.scheduler.lifecycle.RunStory.FIRST;
import static io.finemesh.scheduler.lifecycle.RunStory.SECOND;
import static io.finemesh.scheduler.lifecycle.RunStory.checkpoint;
import static io.finemesh.scheduler.lifecycle.RunStory.kinds;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.placement.LeaseGranted;
import io.finemesh.contract.placement.PlaceSegment;
import io.finemesh.contract.placement.ReleaseLease;
import io.finemesh.contract.run.RunAccepted;
import io.finemesh.contract.run.RunCancelled;
import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.RunPhase;
import io.finemesh.contract.run.RunRejected;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.run.SegmentScheduled;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.scheduler.SubmissionBuilder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The calm life of a run, its beginnings and its ends. */
class RunLifecycleTest {
    @Test
    void aSubmissionThatCannotBePlannedForAnUnforeseenReasonIsAnswered() {
        RunLifecycle broken = new RunLifecycle(RunStory.POLICY, submission -> {
            throw new ArithmeticException("integer overflow");
        });
        SubmitRun submission = adamw("r-1", 30).build();

        Decision decision = broken.decide(
                new RunState.Absent(),
                Envelope.starting(new EventId("e-1"), "/test", "r-1", RunStory.START, Optional.empty(), submission),
                RunStory.START);

        assertThat(kinds(decision.messages())).containsExactly("RunRejected", "RunSnapshot");
        Failure failure = ((RunRejected) decision.messages().getFirst()).failure();
        assertThat(failure.code()).isEqualTo(FailureCode.INTERNAL);
        assertThat(failure.message()).contains("a fault of the scheduler", "integer overflow");
    }

    @Test
    void acceptsASubmissionAndAsksForATrainer() {
        RunStory story = new RunStory(adamw("r-1", 30).build());

        List<Message> said = story.submit();

        assertThat(kinds(said)).containsExactly("RunAccepted", "PlaceSegment", "RunSnapshot");
        assertThat(((RunAccepted) said.get(0)).plan().segments()).isEqualTo(3);
        PlaceSegment request = (PlaceSegment) said.get(1);
        assertThat(request.epoch()).isEqualTo(1);
        assertThat(request.preferred()).isEmpty();
        assertThat(request.work().base()).isEqualTo(SubmissionBuilder.BASE);
        assertThat(request.work().segment().steps()).isEqualTo(10);
        assertThat(request.work().memoryBytes()).isPositive();
        assertThat(((RunSnapshot) said.get(2)).phase()).isEqualTo(RunPhase.ACCEPTED);
    }

    @Test
    void rejectsWhatCannotBeExecuted() {
        RunStory story = new RunStory(adamw("r-1", 30).samples(0).build());

        List<Message> said = story.submit();

        assertThat(kinds(said)).containsExactly("RunRejected", "RunSnapshot");
        assertThat(((RunRejected) said.get(0)).failure().message()).contains("no sample");
        assertThat(((RunSnapshot) said.get(1)).phase()).isEqualTo(RunPhase.REJECTED);
        story.state(RunState.Rejected.class);
    }

    @Test
    void trainsEverySegmentInOrderAndCompletes() {
        RunStory story = new RunStory(adamw("r-1", 25).build());
        story.submit();

        assertThat(kinds(story.granted(1, FIRST))).containsExactly("SegmentScheduled", "RunSnapshot");
        List<Message> afterFirst = story.trained(0, 1, FIRST);
        assertThat(kinds(afterFirst)).containsExactly("PlaceSegment");
        PlaceSegment second = (PlaceSegment) afterFirst.getFirst();
        assertThat(second.epoch()).isEqualTo(2);
        assertThat(second.preferred()).contains(FIRST);
        assertThat(second.work().base()).isEqualTo(checkpoint(0));
        assertThat(second.work().previousSegmentTraceparent()).contains("00-segment-0");
        story.granted(2, FIRST);
        assertThat(story.ended(0, 1, FIRST)).isEmpty();
        assertThat(kinds(story.committed(0, 1))).containsExactly("RunSnapshot");
        story.trained(1, 2, FIRST);
        story.granted(3, FIRST);
        story.ended(1, 2, FIRST);
        story.committed(1, 2);
        assertThat(story.request().work().segment().steps())
                .as("the last segment is what is left")
                .isEqualTo(5);
        assertThat(story.trained(2, 3, FIRST)).isEmpty();
        assertThat(story.state(RunState.Committing.class).holder()).contains(FIRST);
        assertThat(story.ended(2, 3, FIRST))
                .containsExactly(new ReleaseLease(story.run(), 3, false, "the last segment is trained and uploaded"));

        List<Message> said = story.committed(2, 3);

        assertThat(said.get(0))
                .isEqualTo(new RunCompleted(story.run(), checkpoint(2), "digest-2", 25, Optional.empty()));
        assertThat(((RunSnapshot) said.get(1)).phase()).isEqualTo(RunPhase.COMPLETED);
        assertThat(((RunSnapshot) said.get(1)).committedSteps()).isEqualTo(25);
        assertThat(said).hasSize(2);
    }

    @Test
    void visitsOneBlockASegment() {
        RunStory story = new RunStory(badam("r-1", 10, 4).build());
        story.submit();
        for (int segment = 0; segment < 3; segment++) {
            story.calmSegment(FIRST);
        }

        assertThat(story.said().stream()
                        .filter(SegmentScheduled.class::isInstance)
                        .map(message -> ((SegmentScheduled) message).segment())
                        .map(segment ->
                                segment.block().orElseThrow() + " " + segment.firstStep() + "+" + segment.steps()))
                .containsExactly("layer.0 0+4", "layer.1 4+4", "layer.2 8+2");
        story.state(RunState.Completed.class);
    }

    @Test
    void carriesTheTraceOfItsSubmission() {
        RunStory story = new RunStory(adamw("r-1", 10).build());
        story.submit();
        assertThat(story.state(RunState.AwaitingTrainer.class).charter().traceparent())
                .isEqualTo(Optional.of("00-aa-bb-01"));
    }

    @Test
    void takesATrainerAtItsWordWhenItIsHeardBeforePlacement() {
        RunStory story = new RunStory(adamw("r-1", 20).build());
        story.submit();

        assertThat(kinds(story.started(0, 1, FIRST))).containsExactly("SegmentScheduled", "RunSnapshot");
        assertThat(story.granted(1, FIRST)).isEmpty();
        story.trained(0, 1, FIRST);
        assertThat(kinds(story.trained(1, 2, FIRST)))
                .as("a whole segment passed before its grant was read")
                .containsExactly("SegmentScheduled");
        assertThat(story.granted(2, FIRST)).isEmpty();
        assertThat(story.state(RunState.Committing.class).progress().pending()).hasSize(2);
    }

    @Test
    void countsAnUploadWhoseSegmentTrainedWasUnreadable() {
        RunStory story = new RunStory(adamw("r-1", 20).build());
        story.submit();
        story.granted(1, FIRST);

        assertThat(kinds(story.ended(0, 1, FIRST))).containsExactly("PlaceSegment");
        assertThat(story.progress().pending().getFirst().uploaded()).isTrue();
    }

    @Test
    void opensTheNextSegmentToEveryTrainerOnceItsBaseIsCommitted() {
        RunStory story = new RunStory(adamw("r-1", 20).build());
        story.submit();
        story.granted(1, FIRST);
        story.trained(0, 1, FIRST);
        assertThat(story.request().preferred()).contains(FIRST);

        List<Message> said = story.committed(0, 1);

        PlaceSegment again = (PlaceSegment) said.getFirst();
        assertThat(again.epoch()).as("the same request").isEqualTo(2);
        assertThat(again.preferred()).isEmpty();
        assertThat(again.work().base()).isEqualTo(checkpoint(0));
    }

    @Test
    void acceptsACommitBeforeItsTrainerIsHeard() {
        RunStory story = new RunStory(adamw("r-1", 20).build());
        story.submit();
        story.granted(1, FIRST);

        List<Message> said = story.committed(0, 1);

        assertThat(kinds(said)).containsExactly("PlaceSegment", "RunSnapshot");
        assertThat(((PlaceSegment) said.getFirst()).epoch()).isEqualTo(2);
        assertThat(story.trained(0, 1, FIRST)).isEmpty();
        assertThat(story.remark()).hasValueSatisfying(reason -> assertThat(reason)
                .isEqualTo("result of epoch 1 is stale: the run is at epoch 2"));
    }

    @Test
    void acceptsACommitThatOvertakesOneItDependsOn() {
        RunStory story = new RunStory(adamw("r-1", 30).build());
        story.submit();
        story.granted(1, FIRST);
        story.trained(0, 1, FIRST);
        story.granted(2, FIRST);
        story.trained(1, 2, FIRST);

        story.committed(1, 2);

        assertThat(story.progress().committedSegments()).isEqualTo(2);
        assertThat(story.committed(0, 1)).as("its ancestor says nothing new").isEmpty();
    }

    @Test
    void leavesAsideACheckpointThatIsNotOneOfItsSegments() {
        RunStory story = new RunStory(adamw("r-1", 30).build());
        story.submit();
        story.granted(1, FIRST);
        Message alien = new CheckpointCommitted(
                checkpoint(0), story.run(), 0, 1, SubmissionBuilder.BASE, 3, "d", 1, List.of(), OptionalDouble.empty());

        assertThat(story.tell(alien)).isEmpty();
        assertThat(story.remark())
                .hasValueSatisfying(reason -> assertThat(reason).contains("not one of this run's 3"));
        assertThat(story.progress().committedSegments()).isZero();
    }

    @Test
    void cancelsAtAnyMomentAndStopsWhoeverMayBeAtWork() {
        RunStory waiting = new RunStory(adamw("r-1", 20).build());
        waiting.submit();
        assertThat(kinds(waiting.cancel())).containsExactly("ReleaseLease", "RunCancelled", "RunSnapshot");

        RunStory training = new RunStory(adamw("r-1", 20).build());
        training.submit();
        training.calmSegment(FIRST);
        training.granted(2, FIRST);
        List<Message> said = training.cancel();
        assertThat(said.get(0))
                .isEqualTo(new ReleaseLease(training.run(), 2, true, "the run was cancelled: no longer needed"));
        assertThat(said.get(1))
                .isEqualTo(new RunCancelled(training.run(), "no longer needed", Optional.of(checkpoint(0))));
        assertThat(training.committed(1, 2)).as("the run is over").isEmpty();
        assertThat(training.cancel()).isEmpty();
    }

    @Test
    void cancelsWhileEvaluatingWithoutTouchingTrainers() {
        RunStory story = new RunStory(adamw("r-1", 10).evaluated(false, 0).build());
        story.submit();
        story.calmSegment(FIRST);
        story.state(RunState.Evaluating.class);

        assertThat(kinds(story.cancel())).containsExactly("RunCancelled", "RunSnapshot");
    }

    @Test
    void ignoresWhatIsSaidOfARunThatIsNotKnown() {
        RunStory story = new RunStory(adamw("r-1", 20).build());
        assertThat(story.cancel()).isEmpty();
        assertThat(story.tell(new LeaseGranted(story.run(), 1, 0, FIRST, new TrainerIncarnation("life-1"))))
                .isEmpty();
        assertThat(story.state()).isEqualTo(new RunState.Absent());
    }

    @Test
    void ignoresSegmentsOfOtherEpochs() {
        RunStory story = new RunStory(adamw("r-1", 20).build());
        story.submit();
        assertThat(story.granted(7, SECOND)).isEmpty();
        assertThat(story.trained(0, 7, SECOND)).isEmpty();
        assertThat(story.lost(7, SECOND)).isEmpty();
        assertThat(story.failed(0, 7, FailureCode.INTERNAL)).isEmpty();
        assertThat(story.rejected(0, 7, FailureCode.INTERNAL)).isEmpty();
        assertThat(story.impossible(7, FailureCode.DOES_NOT_FIT)).isEmpty();
        assertThat(story.state(RunState.AwaitingTrainer.class).epoch()).isEqualTo(1);
    }
}
