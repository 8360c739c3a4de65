package io.finemesh.scheduler.lifecycle;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;
import static io.finemesh.scheduler.lifecycle.RunStory.FIRST;
import static io.finemesh.scheduler.lifecycle.RunStory.SECOND;
import static io.finemesh.scheduler.lifecycle.RunStory.checkpoint;
import static io.finemesh.scheduler.lifecycle.RunStory.kinds;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.placement.PlaceSegment;
import io.finemesh.contract.placement.ReleaseLease;
import io.finemesh.contract.run.RunFailed;
import io.finemesh.contract.run.SegmentRetried;
import io.finemesh.scheduler.SubmissionBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes wrong with a run of five segments, and where it goes on. */
class SetbackTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private RunStory story;

    @BeforeEach
    void begin() {
        story = new RunStory(adamw("r-1", 50).build());
        story.submit();
        story.granted(1, FIRST);
    }

    private void fourSegments() {
        story.trained(0, 1, FIRST);
        story.ended(0, 1, FIRST);
        story.committed(0, 1);
        for (int segment = 1; segment < 4; segment++) {
            story.calmSegment(FIRST);
        }
    }

    @Test
    void goesBackToTheBaseWhenTheFirstTrainerIsLost() {
        List<Message> said = story.lost(1, FIRST);

        assertThat(kinds(said)).containsExactly("SegmentRetried", "PlaceSegment");
        assertThat(((SegmentRetried) said.get(0)).attempt()).isEqualTo(2);
        PlaceSegment request = (PlaceSegment) said.get(1);
        assertThat(request.epoch()).isEqualTo(2);
        assertThat(request.work().base()).isEqualTo(SubmissionBuilder.BASE);
        assertThat(request.preferred()).isEmpty();
    }

    @Test
    void goesBackToTheLastCommittedCheckpointWhenResultsAreLostWithTheirTrainer() {
        story.trained(0, 1, FIRST);
        story.ended(0, 1, FIRST);
        story.committed(0, 1);
        story.granted(2, FIRST);
        story.trained(1, 2, FIRST);
        story.granted(3, FIRST);

        List<Message> said = story.lost(3, FIRST);

        assertThat(((SegmentRetried) said.get(0)).segmentIndex()).isEqualTo(1);
        PlaceSegment request = (PlaceSegment) said.get(1);
        assertThat(request.work().segment().index()).isEqualTo(1);
        assertThat(request.work().base()).isEqualTo(checkpoint(0));
        assertThat(request.work().previousSegmentTraceparent()).contains("00-segment-0");
        assertThat(request.epoch()).isEqualTo(4);
    }

    @Test
    void aResultOfTheWrongLengthIsStoppedAndTrainedAgain() {
        List<Message> said = story.trainedShort(0, 1, FIRST);

        assertThat(kinds(said)).startsWith("ReleaseLease", "SegmentRetried", "PlaceSegment");
        assertThat(((ReleaseLease) said.get(0)).stop()).isTrue();
        assertThat(((SegmentRetried) said.get(1)).failure().message()).contains("but the trainer stopped after step");
        assertThat(((PlaceSegment) said.get(2)).epoch()).isEqualTo(2);
    }

    @Test
    void anUploadOfTheWrongLengthWhoseTrainingWasNotHeardOfIsTrainedAgain() {
        List<Message> said = story.endedShort(0, 1, FIRST);

        assertThat(kinds(said)).startsWith("ReleaseLease", "SegmentRetried", "PlaceSegment");
        assertThat(story.progress().pending()).isEmpty();
    }

    @Test
    void waitsForTheVerdictOnWhatIsUploadedWhenItsTrainerIsLost() {
        story.trained(0, 1, FIRST);
        story.granted(2, FIRST);
        story.ended(0, 1, FIRST);

        List<Message> said = story.lost(2, FIRST);

        assertThat(kinds(said)).containsExactly("SegmentRetried");
        assertThat(((SegmentRetried) said.getFirst()).segmentIndex())
                .as("the first segment needs no trainer any more")
                .isEqualTo(1);
        story.state(RunState.Committing.class);
        List<Message> afterCommit = story.committed(0, 1);
        assertThat(kinds(afterCommit)).containsExactly("PlaceSegment", "RunSnapshot");
        PlaceSegment request = (PlaceSegment) afterCommit.getFirst();
        assertThat(request.work().segment().index()).isEqualTo(1);
        assertThat(request.work().base()).isEqualTo(checkpoint(0));
        assertThat(request.epoch()).isEqualTo(3);
    }

    @Test
    void trainsAgainWhatTheStoreRefusesForAPassingReason() {
        story.trained(0, 1, FIRST);
        story.ended(0, 1, FIRST);
        story.granted(2, FIRST);

        List<Message> said = story.rejected(0, 1, FailureCode.BLOB_CORRUPT);

        assertThat(kinds(said)).containsExactly("ReleaseLease", "SegmentRetried", "PlaceSegment");
        assertThat(((ReleaseLease) said.get(0)).epoch()).isEqualTo(2);
        assertThat(((ReleaseLease) said.get(0)).stop()).isTrue();
        assertThat(((PlaceSegment) said.get(2)).work().segment().index()).isZero();
    }

    @Test
    void keepsWhatIsUploadedBeforeARefusedResult() {
        story.trained(0, 1, FIRST);
        story.ended(0, 1, FIRST);
        story.granted(2, FIRST);
        story.trained(1, 2, FIRST);
        story.ended(1, 2, FIRST);
        story.granted(3, FIRST);

        story.rejected(1, 2, FailureCode.STORAGE_FULL);

        assertThat(story.state(RunState.Committing.class).progress().pending())
                .extracting(TrainedSegment::index)
                .containsExactly(0);
    }

    @Test
    void failsAtOnceWhenTheStoreRefusesForGood() {
        story.trained(0, 1, FIRST);
        story.ended(0, 1, FIRST);

        List<Message> said = story.rejected(0, 1, FailureCode.CHECKPOINT_REFUSED);

        assertThat(kinds(said)).containsExactly("ReleaseLease", "RunFailed", "RunSnapshot");
        assertThat(((RunFailed) said.get(1)).failure().message()).isEqualTo("because of CHECKPOINT_REFUSED");
    }

    @Test
    void countsAFailedUploadAgainstTheSegmentThatIsBuiltOnIt() {
        story.trained(0, 1, FIRST);
        story.granted(2, FIRST);

        List<Message> said = story.failed(0, 1, FailureCode.STORE_UNREACHABLE);

        assertThat(kinds(said)).containsExactly("ReleaseLease", "SegmentRetried", "PlaceSegment");
        assertThat(((ReleaseLease) said.get(0)).epoch()).isEqualTo(2);
        assertThat(((PlaceSegment) said.get(2)).work().segment().index()).isZero();
        assertThat(story.failed(1, 2, FailureCode.STORE_UNREACHABLE))
                .as("what was built on it is given up with it")
                .isEmpty();
    }

    @Test
    void hearsThatTheTrainerDiedBeforeItWasAskedToGoOn() {
        story.trained(0, 1, FIRST);

        List<Message> said = story.lost(1, FIRST);

        assertThat(kinds(said)).containsExactly("ReleaseLease", "SegmentRetried", "PlaceSegment");
        assertThat(((PlaceSegment) said.get(2)).work().segment().index()).isZero();
        assertThat(story.lost(2, FIRST))
                .as("placement says so of the request too")
                .isEmpty();
    }

    @Test
    void hearsThatTheTrainerDiedWhileTheLastResultWasUploaded() {
        fourSegments();
        story.granted(5, FIRST);
        story.trained(4, 5, FIRST);
        assertThat(story.state(RunState.Committing.class).holder()).contains(FIRST);

        List<Message> said = story.lost(5, FIRST);

        assertThat(((PlaceSegment) said.getLast()).work().segment().index()).isEqualTo(4);
        assertThat(((PlaceSegment) said.getLast()).work().base()).isEqualTo(checkpoint(3));
    }

    @Test
    void acceptsALateCommitOfASegmentThatWasGivenOutAgain() {
        story.trained(0, 1, FIRST);
        story.lost(1, FIRST);
        story.granted(3, SECOND);

        List<Message> said = story.committed(0, 1);

        assertThat(kinds(said)).containsExactly("ReleaseLease", "PlaceSegment", "RunSnapshot");
        assertThat(((ReleaseLease) said.get(0)).epoch()).isEqualTo(3);
        assertThat(((ReleaseLease) said.get(0)).reason()).isEqualTo("segment 0 is committed already");
        assertThat(((PlaceSegment) said.get(1)).work().segment().index()).isEqualTo(1);
        assertThat(((PlaceSegment) said.get(1)).epoch()).isEqualTo(4);
    }

    @Test
    void acceptsALateCommitOfASegmentThatWaitsForATrainerAgain() {
        story.trained(0, 1, FIRST);
        story.lost(1, FIRST);
        story.state(RunState.AwaitingTrainer.class);

        assertThat(kinds(story.committed(0, 1))).containsExactly("ReleaseLease", "PlaceSegment", "RunSnapshot");
        assertThat(story.progress().nextSegment()).isEqualTo(1);
    }

    @Test
    void endsItsRestWhenALateCommitBringsItOn() {
        story.trained(0, 1, FIRST);
        story.lost(1, FIRST);
        story.lost(3, FIRST);
        story.state(RunState.Resting.class);

        assertThat(kinds(story.committed(0, 1))).containsExactly("PlaceSegment", "RunSnapshot");
    }

    @Test
    void completesWhenTheLastCommitComesWhileItsSegmentIsTrainedAgain() {
        fourSegments();
        story.granted(5, FIRST);
        story.trained(4, 5, FIRST);
        story.lost(5, FIRST);
        story.granted(6, SECOND);

        List<Message> said = story.committed(4, 5);

        assertThat(kinds(said)).containsExactly("ReleaseLease", "RunCompleted", "RunSnapshot");
        assertThat(((ReleaseLease) said.get(0)).stop()).isTrue();
    }

    @Test
    void retriesAFailingSegmentThreeTimes() {
        for (int epoch = 1; epoch <= 3; epoch++) {
            story.failed(0, epoch, FailureCode.OUT_OF_MEMORY);
            story.wait(LONG);
            story.granted(epoch + 1L, FIRST);
        }

        List<Message> said = story.failed(0, 4, FailureCode.OUT_OF_MEMORY);

        assertThat(said.get(1)).isInstanceOfSatisfying(RunFailed.class, failed -> assertThat(
                        failed.failure().message())
                .isEqualTo("gave up segment 0 after 4 attempts without a commit (4 failed, 0 were"
                        + " interrupted); the last one: because of OUT_OF_MEMORY"));
    }

    @Test
    void aCommitStartsTheCountAgain() {
        for (int epoch = 1; epoch <= 3; epoch++) {
            story.failed(0, epoch, FailureCode.INTERNAL);
            story.wait(LONG);
        }
        story.calmSegment(FIRST);
        long epoch = story.request().epoch();
        story.granted(epoch, FIRST);

        assertThat(kinds(story.failed(1, epoch, FailureCode.INTERNAL)))
                .as("the first failure of the next segment is answered at once")
                .containsExactly("SegmentRetried", "PlaceSegment");
    }

    @Test
    void survivesTenLossesInARowAndNotEleven() {
        for (int epoch = 1; epoch <= 10; epoch++) {
            assertThat(kinds(story.lost(epoch, FIRST))).first().isEqualTo("SegmentRetried");
            story.wait(LONG);
        }
        assertThat(kinds(story.lost(11, FIRST))).contains("RunFailed");
    }

    @Test
    void aLostTrainerIsNotAFailedSegment() {
        for (int epoch = 1; epoch <= 9; epoch++) {
            story.lost(epoch, FIRST);
            story.wait(LONG);
        }
        for (int epoch = 10; epoch <= 12; epoch++) {
            assertThat(kinds(story.failed(0, epoch, FailureCode.INTERNAL)))
                    .containsExactly("ReleaseLease", "SegmentRetried");
            story.wait(LONG);
        }
        assertThat(story.progress().setbacks()).isEqualTo(new Setbacks(3, 9, 0));
    }

    @Test
    void aMeshThatIsShutDownAgainAndAgainEndsNoRun() {
        long epoch = 1;
        for (int shutdown = 0; shutdown < 30; shutdown++) {
            assertThat(kinds(story.failed(0, epoch, FailureCode.TRAINER_LEFT)))
                    .contains("SegmentRetried")
                    .doesNotContain("RunFailed");
            story.wait(LONG);
            epoch++;
            story.granted(epoch, FIRST);
        }

        story.state(RunState.Training.class);
    }

    @Test
    void restsLongerEachTime() {
        story.failed(0, 1, FailureCode.STORE_UNREACHABLE);
        List<Message> said = story.failed(0, 2, FailureCode.STORE_UNREACHABLE);
        assertThat(kinds(said)).as("its trainer is free for others").containsExactly("ReleaseLease", "SegmentRetried");
        assertThat(((ReleaseLease) said.getFirst()).stop()).isFalse();
        RunState.Resting first = story.state(RunState.Resting.class);
        assertThat(first.until()).isEqualTo(RunStory.START.plusSeconds(1));
        assertThat(story.wait(Duration.ofMillis(999))).isEmpty();
        assertThat(kinds(story.wait(Duration.ofMillis(1)))).containsExactly("PlaceSegment");
        assertThat(story.wait(LONG)).as("it rests no more").isEmpty();

        story.failed(0, 3, FailureCode.STORE_UNREACHABLE);
        assertThat(Duration.between(
                        RunStory.START.plusSeconds(1).plus(LONG),
                        story.state(RunState.Resting.class).until()))
                .isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void failsAtOnceWhereAnotherTryCannotHelp() {
        List<Message> said = story.failed(0, 1, FailureCode.TOKENIZER_MISMATCH);

        assertThat(kinds(said)).containsExactly("ReleaseLease", "RunFailed", "RunSnapshot");
        assertThat(((RunFailed) said.get(1)).lastCheckpoint()).isEqualTo(Optional.empty());
        assertThat(story.state(RunState.Failed.class).failure().code()).isEqualTo(FailureCode.TOKENIZER_MISMATCH);
    }

    @Test
    void neverGivesUpOverWhatIsOnlyParked() {
        for (int epoch = 1; epoch <= 40; epoch++) {
            story.failed(0, epoch, FailureCode.NO_TRAINER_FREE);
            story.wait(LONG);
        }
        assertThat(story.state(RunState.AwaitingTrainer.class).epoch()).isEqualTo(41);
    }

    @Test
    void failsWhenNoTrainerCouldEverHoldIt() {
        RunStory waiting = new RunStory(adamw("r-1", 50).build());
        waiting.submit();
        assertThat(kinds(waiting.impossible(1, FailureCode.DOES_NOT_FIT)))
                .containsExactly("ReleaseLease", "RunFailed", "RunSnapshot");
    }

    @Test
    void keepsItsRequestWhileTrainersAreOnlyTaken() {
        RunStory waiting = new RunStory(adamw("r-1", 50).build());
        waiting.submit();
        assertThat(waiting.impossible(1, FailureCode.NO_TRAINER_FREE)).isEmpty();
        waiting.state(RunState.AwaitingTrainer.class);
    }

    @Test
    void trainsAgainWhatTheStoreNeverAnsweredAbout() {
        fourSegments();
        story.granted(story.request().epoch(), FIRST);
        long epoch = story.request().epoch();
        story.trained(4, epoch, FIRST);
        assertThat(story.wait(Duration.ofDays(1)))
                .as("while the trainer uploads, its heartbeats are what counts")
                .isEmpty();
        story.ended(4, epoch, FIRST);

        assertThat(story.wait(RunStory.POLICY.verdictPatience().minusMillis(1))).isEmpty();
        List<Message> said = story.wait(Duration.ofMillis(1));

        assertThat(kinds(said)).containsExactly("SegmentRetried", "PlaceSegment");
        assertThat(((SegmentRetried) said.getFirst()).failure().code()).isEqualTo(FailureCode.STORE_UNREACHABLE);
        assertThat(((SegmentRetried) said.getFirst()).failure().message())
                .contains("checkpoint store", "900 s", "segment 4");
        assertThat(((PlaceSegment) said.get(1)).work().segment().index()).isEqualTo(4);
        assertThat(((PlaceSegment) said.get(1)).work().base()).isEqualTo(checkpoint(3));
    }

    @Test
    void acceptsAVerdictThatComesAfterAll() {
        fourSegments();
        long epoch = story.request().epoch();
        story.granted(epoch, FIRST);
        story.trained(4, epoch, FIRST);
        story.ended(4, epoch, FIRST);
        story.wait(RunStory.POLICY.verdictPatience());

        assertThat(kinds(story.committed(4, epoch))).contains("RunCompleted");
    }

    @Test
    void aCommitBeginsTheWaitForTheNextOneAnew() {
        story.trained(0, 1, FIRST);
        story.granted(2, FIRST);
        story.ended(0, 1, FIRST);
        story.trained(1, 2, FIRST);
        story.granted(3, FIRST);
        story.ended(1, 2, FIRST);
        story.lost(3, FIRST);
        story.state(RunState.Committing.class);
        Duration most = RunStory.POLICY.verdictPatience().minusSeconds(1);

        assertThat(story.wait(most)).isEmpty();
        story.committed(0, 1);

        assertThat(story.wait(most)).as("segment 1 has its own patience").isEmpty();
        assertThat(kinds(story.wait(Duration.ofSeconds(1)))).contains("SegmentRetried");
    }

    @Test
    void givesUpWithAReasonWhenTheStoreNeverAnswers() {
        for (int round = 0; !(story.state() instanceof RunState.Failed); round++) {
            assertThat(round).isLessThanOrEqualTo(20);
            long epoch = story.request().epoch();
            for (int segment = story.request().work().segment().index(); segment < 5; segment++) {
                epoch = story.request().epoch();
                if (segment > 0 || round > 0) {
                    story.granted(epoch, FIRST);
                }
                story.trained(segment, epoch, FIRST);
                story.ended(segment, epoch, FIRST);
            }
            story.wait(RunStory.POLICY.verdictPatience());
            story.wait(LONG);
        }

        RunFailed failed = story.said().stream()
                .filter(RunFailed.class::isInstance)
                .map(RunFailed.class::cast)
                .findFirst()
                .orElseThrow();
        assertThat(failed.failure().code()).isEqualTo(FailureCode.STORE_UNREACHABLE);
        assertThat(failed.failure().message()).contains("gave up", "11 attempts", "checkpoint store has not said");
    }
}
