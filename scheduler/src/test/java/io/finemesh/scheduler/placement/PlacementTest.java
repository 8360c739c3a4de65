package io.finemesh.scheduler.placement;

import static io.finemesh.scheduler.placement.PlacementStory.grants;
import static io.finemesh.scheduler.placement.PlacementStory.idle;
import static io.finemesh.scheduler.placement.PlacementStory.keeping;
import static io.finemesh.scheduler.placement.PlacementStory.leaving;
import static io.finemesh.scheduler.placement.PlacementStory.only;
import static io.finemesh.scheduler.placement.PlacementStory.reborn;
import static io.finemesh.scheduler.placement.PlacementStory.sized;
import static io.finemesh.scheduler.placement.PlacementStory.stops;
import static io.finemesh.scheduler.placement.PlacementStory.training;
import static io.finemesh.scheduler.placement.PlacementStory.uploading;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.placement.LeaseGranted;
import io.finemesh.contract.placement.LeaseLost;
import io.finemesh.contract.placement.PlacementImpossible;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who gets a trainer, and who loses one. */
class PlacementTest {
    private final PlacementStory story = new PlacementStory();

    @Test
    void grantsAFreeTrainerAndTellsBothSides() {
        story.beat(idle("t0"));

        List<Message> said = story.place("a", 1);

        assertThat(grants(said)).containsExactly("a@1 on t0");
        LeaseGranted granted = only(LeaseGranted.class, said).getFirst();
        assertThat(granted.epoch()).isEqualTo(1);
        assertThat(granted.incarnation().value()).isEqualTo("life-1");
    }

    @Test
    void aRequestWaitsForTheFirstTrainer() {
        assertThat(story.place("a", 1)).isEmpty();
        assertThat(grants(story.beat(idle("t0")))).containsExactly("a@1 on t0");
    }

    @Test
    void aTrainerHasOneLease() {
        story.beat(idle("t0"));
        story.place("a", 1);
        assertThat(story.place("b", 1)).isEmpty();
        story.beat(idle("t1"));
        assertThat(story.board().leases()).hasSize(2);
    }

    @Test
    void requestsAreMetInTheOrderInWhichTheyCame() {
        story.place("c", 1);
        story.place("a", 1);
        story.place("b", 1);
        assertThat(grants(story.beat(idle("t0")))).containsExactly("c@1 on t0");
        assertThat(grants(story.release("c", 1, false))).containsExactly("a@1 on t0");
        assertThat(grants(story.release("a", 1, false))).containsExactly("b@1 on t0");
    }

    @Test
    void takesTheSmallestTrainerThatFits() {
        story.beat(sized("huge", 90_000));
        story.beat(sized("small", 2_000));
        story.beat(sized("large", 9_000));

        assertThat(grants(story.place("a", 1, 3_000))).containsExactly("a@1 on large");
        assertThat(grants(story.place("b", 1, 1_500))).containsExactly("b@1 on small");
    }

    @Test
    void aLargeRunDoesNotHoldUpASmallOne() {
        story.beat(sized("small", 2_000));
        story.beat(sized("large", 9_000));
        story.place("first", 1, 5_000);
        assertThat(story.place("large-too", 1, 5_000)).isEmpty();
        assertThat(grants(story.place("small-one", 1, 1_000))).containsExactly("small-one@1 on small");
    }

    @Test
    void prefersTheTrainerThatKeepsTheWeights() {
        story.beat(sized("t0", 10_000));
        story.beat(keeping("t1", "ck-5"));
        assertThat(grants(story.placeOn("a", 1, "ck-5", null))).containsExactly("a@1 on t1");
    }

    @Test
    void keepingTheWeightsGoesBeforeTheOrder() {
        story.beat(idle("t0"));
        story.place("busy", 1);
        story.place("earlier", 1);
        story.placeOn("at-home", 1, "ck-5", null);
        story.beat(training("t0", "busy", 1));
        assertThat(grants(story.beat(keeping("t1", "ck-5")))).containsExactly("at-home@1 on t1");
    }

    @Test
    void aRunGoesOnWithItsTrainerFromSegmentToSegment() {
        story.beat(idle("t0"));
        story.beat(idle("t1"));
        story.place("a", 1);
        TrainerId home = story.board().leaseOf(new RunId("a")).orElseThrow().trainer();

        assertThat(grants(story.placeOn("a", 2, "ck-0", home.value()))).containsExactly("a@2 on " + home);
        assertThat(story.board().leases())
                .as("the next segment replaces the lease")
                .hasSize(1);
    }

    @Test
    void aWaitingRunGetsItsTurnAfterTheTimeOfPreference() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.place("b", 1);
        story.pass(Duration.ofSeconds(60), training("t0", "a", 1));
        assertThat(grants(story.placeOn("a", 2, "ck-0", "t0"))).containsExactly("a@2 on t0");
        story.pass(Duration.ofSeconds(61), training("t0", "a", 2));

        assertThat(grants(story.placeOn("a", 3, "ck-1", "t0")))
                .as("b has waited longer than two minutes")
                .containsExactly("b@1 on t0");
        assertThat(grants(story.release("b", 1, false))).containsExactly("a@3 on t0");
    }

    @Test
    void whatOnlyOneTrainerHasGoesToNobodyElse() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.beat(idle("t1"));
        story.beat(leaving("t0"));

        assertThat(story.placeOn("a", 2, "ck-0", "t0"))
                .as("t1 is free but the base is in t0's memory")
                .isEmpty();
        assertThat(grants(story.placeOn("a", 2, "ck-0", null)))
                .as("committed, it can be fetched by anybody")
                .containsExactly("a@2 on t1");
    }

    @Test
    void aRequestIsLostWithTheOnlyTrainerThatCouldMeetIt() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.beat(idle("t1"));
        story.beat(leaving("t0"));
        story.placeOn("a", 2, "ck-0", "t0");

        List<Message> said = story.beat(reborn("t0"));

        LeaseLost lost = only(LeaseLost.class, said).getFirst();
        assertThat(lost.epoch()).isEqualTo(2);
        assertThat(lost.failure().code()).isEqualTo(FailureCode.TRAINER_LOST);
        assertThat(story.board().waiting()).isEmpty();
    }

    @Test
    void aRequestForTheMemoryOfATrainerThatIsGoneIsLostAtOnce() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.beat(reborn("t0"));

        List<Message> said = story.placeOn("a", 2, "ck-0", "t0");

        assertThat(only(LeaseLost.class, said)).singleElement().satisfies(lost -> assertThat(
                        lost.failure().message())
                .isEqualTo("trainer t0 is gone, and with it the checkpoint ck-0 that only it had"));
        assertThat(grants(said)).isEmpty();
    }

    @Test
    void aNewLifeLosesTheLeaseOfTheFormer() {
        story.beat(idle("t0"));
        story.place("a", 1);

        List<Message> said = story.beat(reborn("t0"));

        assertThat(said).singleElement().isInstanceOfSatisfying(LeaseLost.class, lost -> {
            assertThat(lost.epoch()).isEqualTo(1);
            assertThat(lost.failure().message()).isEqualTo("trainer t0 restarted");
        });
        assertThat(story.beat(idle("t0")))
                .as("a late heartbeat of the former life")
                .isEmpty();
        assertThat(grants(story.place("a", 2))).containsExactly("a@2 on t0");
        assertThat(story.board()
                        .leaseOf(new RunId("a"))
                        .orElseThrow()
                        .incarnation()
                        .value())
                .isEqualTo("life-2");
    }

    @Test
    void silenceLosesTheLeaseAndStopsWhoeverMayStillBeThere() {
        story.beat(idle("t0"));
        story.place("a", 1);

        assertThat(story.pass(Duration.ofSeconds(10))).isEmpty();
        List<Message> said = story.pass(Duration.ofSeconds(1));

        assertThat(only(LeaseLost.class, said)).singleElement().satisfies(lost -> assertThat(
                        lost.failure().message())
                .isEqualTo("trainer t0 was not heard of for 10 s"));
        assertThat(stops(said)).containsExactly("a@1 on t0");
        assertThat(story.board().trainers()).isEmpty();
    }

    @Test
    void aSchedulerThatWasAwayHasNotHeardSilence() {
        story.beat(idle("t0"));
        story.place("a", 1);
        Duration away = Duration.ofMinutes(10);
        assertThat(story.watchHavingListenedSince(story.now().plus(away), away)).isEmpty();
        assertThat(story.board().leases()).hasSize(1);
    }

    @Test
    void aTrainerThatDoesNotTakeItsSegmentUpIsToldAgainAndThenLosesIt() {
        story.beat(idle("t0"));
        story.place("a", 1);

        List<Message> said = story.pass(Duration.ofSeconds(22), idle("t0"));
        assertThat(grants(said)).containsExactly("a@1 on t0", "a@1 on t0");
        assertThat(only(LeaseLost.class, said)).isEmpty();
        List<Message> later = story.pass(Duration.ofSeconds(11), idle("t0"));

        assertThat(only(LeaseLost.class, later)).singleElement().satisfies(lost -> assertThat(
                        lost.failure().message())
                .isEqualTo("trainer t0 did not take up the segment though told 3 times"));
        assertThat(stops(later)).containsExactly("a@1 on t0");
    }

    @Test
    void aLeaseStandsWhileItsResultIsUploaded() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.pass(Duration.ofSeconds(2), training("t0", "a", 1));
        assertThat(story.pass(Duration.ofMinutes(5), uploading("t0", "a", 1))).isEmpty();
        assertThat(story.board().leases()).hasSize(1);
    }

    @Test
    void aLeaseIsLostWhenItsTrainerNoLongerShowsItAndNothingWasHeardOfItsEnd() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.pass(Duration.ofSeconds(2), training("t0", "a", 1));
        assertThat(story.pass(Duration.ofSeconds(11), idle("t0")))
                .as("how it ended may be on its way")
                .isEmpty();

        List<Message> said = story.pass(Duration.ofSeconds(1), idle("t0"));

        assertThat(only(LeaseLost.class, said)).singleElement().satisfies(lost -> {
            assertThat(lost.epoch()).isEqualTo(1);
            assertThat(lost.failure().code()).isEqualTo(FailureCode.TRAINER_LOST);
            assertThat(lost.failure().message())
                    .isEqualTo("trainer t0 no longer has the segment, and how it ended did not arrive within 10 s");
        });
        assertThat(stops(said)).containsExactly("a@1 on t0");
        assertThat(grants(story.place("a", 2))).containsExactly("a@2 on t0");
    }

    @Test
    void aLeaseThatIsShownAgainInTimeStands() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.pass(Duration.ofSeconds(2), training("t0", "a", 1));
        story.pass(Duration.ofSeconds(8), idle("t0"));
        story.pass(Duration.ofSeconds(2), uploading("t0", "a", 1));
        assertThat(story.pass(Duration.ofSeconds(8), idle("t0"))).isEmpty();
        assertThat(story.board().leases()).hasSize(1);
    }

    @Test
    void aTrainerThatComputesWithoutALeaseIsStopped() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.pass(Duration.ofSeconds(11));
        assertThat(story.board().trainers()).isEmpty();

        List<Message> said = story.pass(Duration.ofSeconds(15), training("t0", "a", 1));

        assertThat(stops(said)).containsExactly("a@1 on t0");
    }

    @Test
    void aTrainerThatIsBetweenTwoSegmentsIsNotStopped() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.pass(Duration.ofSeconds(2), training("t0", "a", 1));
        story.placeOn("a", 2, "ck-0", "t0");
        assertThat(story.pass(Duration.ofSeconds(3), training("t0", "a", 1))).isEmpty();
        assertThat(story.pass(Duration.ofSeconds(60), training("t0", "a", 2))).isEmpty();
    }

    @Test
    void aTrainerThatLeavesGetsNothing() {
        story.beat(leaving("t0"));
        assertThat(story.place("a", 1)).isEmpty();
        assertThat(grants(story.beat(idle("t1")))).containsExactly("a@1 on t1");
    }

    @Test
    void refusesWhatNoLiveTrainerCouldEverHold() {
        story.beat(sized("t0", 2_000));
        story.beat(sized("t1", 3_000));
        assertThat(story.place("a", 1, 5_000)).isEmpty();

        assertThat(story.pass(Duration.ofSeconds(4), sized("t0", 2_000), sized("t1", 3_000)))
                .as("trainers that start with the mesh are heard first")
                .isEmpty();
        List<Message> said = story.pass(Duration.ofSeconds(1), sized("t0", 2_000), sized("t1", 3_000));

        assertThat(said).singleElement().isInstanceOfSatisfying(PlacementImpossible.class, impossible -> {
            assertThat(impossible.epoch()).isEqualTo(1);
            assertThat(impossible.failure().code()).isEqualTo(FailureCode.DOES_NOT_FIT);
            assertThat(impossible.failure().message())
                    .startsWith("the run needs 5000 bytes and the largest of 2 trainers heard of lately may use 3000;");
        });
    }

    @Test
    void waitsForALargeTrainerThatIsRestarted() {
        story.beat(sized("small", 2_000));
        story.beat(sized("large", 9_000));
        story.beat(leaving("large", 9_000));
        story.place("a", 1, 5_000);
        assertThat(story.pass(Duration.ofSeconds(30), sized("small", 2_000), leaving("large", 9_000)))
                .as("it drains")
                .isEmpty();
        assertThat(story.pass(Duration.ofMinutes(10), sized("small", 2_000)))
                .as("it is gone and may come back")
                .isEmpty();

        assertThat(grants(story.beat(sized("large", 9_000)))).containsExactly("a@1 on large");
    }

    @Test
    void refusesInTheEndWhatOnlyATrainerCouldHoldThatDoesNotComeBack() {
        story.beat(sized("small", 2_000));
        story.beat(sized("large", 9_000));
        story.place("other", 1, 5_000);
        story.pass(Duration.ofSeconds(12), sized("small", 2_000));
        story.place("a", 1, 5_000);

        List<Message> said = story.pass(Duration.ofMinutes(16), sized("small", 2_000));

        assertThat(only(PlacementImpossible.class, said))
                .extracting(impossible -> impossible.runId().value())
                .containsExactly("a");
    }

    @Test
    void neverRefusesARunThatATrainerHadBefore() {
        story.beat(sized("small", 2_000));
        story.beat(sized("large", 9_000));
        story.place("a", 1, 5_000);
        story.pass(Duration.ofMinutes(20), sized("small", 2_000));
        story.place("a", 2, 5_000);

        assertThat(story.pass(Duration.ofMinutes(20), sized("small", 2_000))).isEmpty();
        assertThat(story.board().waiting()).hasSize(1);
        assertThat(grants(story.beat(sized("large", 9_000)))).containsExactly("a@2 on large");
    }

    @Test
    void waitsForALargeTrainerThatIsTaken() {
        story.beat(sized("large", 9_000));
        story.place("a", 1, 5_000);
        story.place("b", 1, 5_000);
        assertThat(story.pass(Duration.ofMinutes(1), training("large", "a", 1))).isEmpty();
        assertThat(story.board().waiting()).hasSize(1);
    }

    @Test
    void waitsWhileThereIsNoTrainerAtAll() {
        story.place("a", 1, Long.MAX_VALUE);
        assertThat(story.pass(Duration.ofHours(1))).isEmpty();
    }

    @Test
    void aReleaseStopsTheTrainerWhereAsked() {
        story.beat(idle("t0"));
        story.place("a", 1);
        assertThat(stops(story.release("a", 1, true))).containsExactly("a@1 on t0");
        story.place("b", 1);
        assertThat(story.release("b", 1, false)).isEmpty();
        assertThat(story.board().leases()).isEmpty();
    }

    @Test
    void aReleaseReachesTheTrainerThatARequestIsBoundTo() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.beat(leaving("t0"));
        story.placeOn("a", 2, "ck-0", "t0");
        assertThat(stops(story.release("a", 2, true))).containsExactly("a@2 on t0");
        assertThat(story.board().waiting()).isEmpty();
    }

    @Test
    void anOldReleaseDoesNotTouchANewerLease() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.placeOn("a", 2, "ck-0", "t0");
        assertThat(story.release("a", 1, true)).isEmpty();
        assertThat(story.board().leases()).hasSize(1);
    }

    @Test
    void anOldRequestIsNotMetAgain() {
        story.beat(idle("t0"));
        story.place("a", 3);
        assertThat(story.place("a", 2)).isEmpty();
        story.release("a", 3, false);
        assertThat(story.place("a", 3)).as("it was met and is over").isEmpty();
        assertThat(grants(story.place("a", 4))).containsExactly("a@4 on t0");
    }

    @Test
    void forgetsRunsThatAreLongOver() {
        story.beat(idle("t0"));
        story.place("a", 1);
        story.release("a", 1, false);
        assertThat(story.board().closed()).hasSize(1);
        story.watchHavingListenedSince(story.now(), Duration.ofDays(4));
        assertThat(story.board().closed()).isEmpty();
    }
}
