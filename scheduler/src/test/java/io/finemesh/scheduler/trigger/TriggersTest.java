package io.finemesh.scheduler.trigger;

import static io.finemesh.scheduler.trigger.PolicyStory.limits;
import static io.finemesh.scheduler.trigger.PolicyStory.policy;
import static io.finemesh.scheduler.trigger.PolicyStory.volume;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.policy.DriftTrigger;
import io.finemesh.contract.policy.ExternalTrigger;
import io.finemesh.contract.policy.PolicyLimits;
import io.finemesh.contract.policy.PolicyWithdrawn;
import io.finemesh.contract.policy.ScheduleTrigger;
import io.finemesh.contract.policy.VolumeTrigger;
import io.finemesh.contract.run.RunPhase;
import io.finemesh.contract.trigger.DeviceUsed;
import io.finemesh.contract.trigger.FirePolicy;
import io.finemesh.contract.trigger.HoldReason;
import io.finemesh.contract.trigger.RefuseFire;
import io.finemesh.contract.trigger.ReportOutsideEvent;
import io.finemesh.contract.trigger.RunMoved;
import io.finemesh.contract.trigger.TriggerEvent;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.contract.trigger.TriggerHeld;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TriggersTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final PolicyStory story = new PolicyStory();

    @Test
    void enoughNewSamplesFireOnceAndNameTheirSlices() {
        story.hear(volume(100)).rows("stream", 60);
        assertThat(story.said()).isEmpty();

        story.rows("stream", 40);

        TriggerFired fired = story.fired();
        assertThat(fired.policy()).isEqualTo("nightly");
        assertThat(fired.runId()).isEqualTo(RunId.ofFire(fired.fireId()));
        assertThat(fired.datasetVersion()).isEqualTo(new DatasetVersion("stream@2"));
        assertThat(fired.heldOutVersion()).contains(new DatasetVersion("stream@2:held-out"));
        assertThat(fired.baseCheckpoint()).isEmpty();
        assertThat(fired.dryRun()).isFalse();
        assertThat(fired.why().kind()).isEqualTo("volume");
        assertThat(fired.why().fromSlice()).isEqualTo(1);
        assertThat(fired.why().toSlice()).isEqualTo(2);
        assertThat(fired.why().figures())
                .containsEntry("newSamples", 100.0)
                .containsEntry("neededSamples", 100.0)
                .containsEntry("newTokens", 1_600.0);
        story.rows("stream", 99);
        assertThat(story.said()).as("counted from the last firing on").isEmpty();
        story.rows("stream", 1);
        assertThat(story.fired().why().fromSlice()).isEqualTo(3);
    }

    @Test
    void tokensCountWhereAPolicyCountsThem() {
        story.hear(policy(1, limits(0, 10), new VolumeTrigger("tokens", OptionalLong.empty(), OptionalLong.of(1_000))))
                .rows("stream", 62);
        assertThat(story.said()).isEmpty();
        story.rows("stream", 1);
        assertThat(story.fired().why().figures())
                .containsEntry("newTokens", 1_008.0)
                .containsEntry("neededTokens", 1_000.0);
    }

    @Test
    void aPolicyOnADataSetThatIsFullAlreadyFiresAtOnce() {
        story.rows("stream", 500).rows("other", 500).hear(volume(100));

        assertThat(story.fired().why().figures()).containsEntry("newSamples", 500.0);
    }

    @Test
    void aSliceHeardTwiceIsCountedOnce() {
        var slice = story.hear(volume(100)).slice("stream", 60, 6);
        story.hear(slice).hear(slice).hear(slice);

        assertThat(story.said()).isEmpty();
    }

    @Test
    void aStormGivesOneRunAndTheRestFiresWhenItMay() {
        story.hear(policy(1, limits(0, 1), new VolumeTrigger("enough", OptionalLong.of(10), OptionalLong.empty())));
        for (int slice = 0; slice < 50; slice++) {
            story.rows("stream", 10);
        }
        List<TriggerEvent> said = story.said();
        assertThat(said).hasSize(2);
        TriggerFired first = (TriggerFired) said.getFirst();
        TriggerHeld held = (TriggerHeld) said.get(1);
        assertThat(held.reason()).isEqualTo(HoldReason.CONCURRENCY);
        assertThat(held.sentence()).contains(first.runId().value());

        story.hear(new RunMoved(first.runId(), RunPhase.TRAINING, 30, 10)).pass(SECOND);
        assertThat(story.said()).isEmpty();
        story.hear(new RunMoved(first.runId(), RunPhase.COMPLETED, 30, 30));

        TriggerFired second = story.fired();
        assertThat(second.why().fromSlice()).isEqualTo(2);
        assertThat(second.why().toSlice()).isEqualTo(50);
        assertThat(second.why().figures()).containsEntry("newSamples", 490.0);
        assertThat(second.runId()).isNotEqualTo(first.runId());
        assertThat(story.ids()).doesNotHaveDuplicates();
    }

    @Test
    void aCooldownDelaysAndLosesNothing() {
        story.hear(policy(1, limits(60, 10), new VolumeTrigger("enough", OptionalLong.of(10), OptionalLong.empty())))
                .rows("stream", 10);
        story.fired();
        story.rows("stream", 10);
        TriggerHeld held = story.held();
        assertThat(held.reason()).isEqualTo(HoldReason.COOLDOWN);
        assertThat(held.until()).contains(PolicyStory.START.plusSeconds(60));

        story.pass(Duration.ofSeconds(59)).rows("stream", 5);
        assertThat(story.said()).as("said once").isEmpty();
        story.pass(SECOND);

        assertThat(story.fired().why().figures()).containsEntry("newSamples", 15.0);
        story.pass(Duration.ofHours(1));
        assertThat(story.said()).isEmpty();
    }

    @Test
    void aDisabledPolicyRemembersAndFiresWhenItIsEnabled() {
        VolumeTrigger enough = new VolumeTrigger("enough", OptionalLong.of(10), OptionalLong.empty());
        story.hear(policy(1, false, false, limits(0, 1), enough)).rows("stream", 10);
        assertThat(story.held().reason()).isEqualTo(HoldReason.DISABLED);

        story.hear(policy(2, true, false, limits(0, 1), enough));

        assertThat(story.fired().revision()).isEqualTo(2);
    }

    @Test
    void aDryRunSaysWhatItWouldRunAndCountsOn() {
        VolumeTrigger enough = new VolumeTrigger("enough", OptionalLong.of(10), OptionalLong.empty());
        story.hear(policy(1, true, true, limits(0, 1), enough)).rows("stream", 10);
        assertThat(story.fired().dryRun()).isTrue();

        story.rows("stream", 10);

        assertThat(story.fired().dryRun()).as("no run is under way").isTrue();
    }

    @Test
    void olderAndRepeatedRevisionsChangeNothing() {
        story.hear(policy(2, limits(0, 1), new VolumeTrigger("e", OptionalLong.of(10), OptionalLong.empty())))
                .hear(policy(1, limits(0, 1), new VolumeTrigger("e", OptionalLong.of(5), OptionalLong.empty())))
                .hear(policy(2, limits(0, 1), new VolumeTrigger("e", OptionalLong.of(10), OptionalLong.empty())))
                .rows("stream", 9);

        assertThat(story.said()).isEmpty();
    }

    @Test
    void aWithdrawnPolicyFiresNothingAndOneMadeAnewHasFiringsOfItsOwn() {
        story.hear(volume(10)).rows("stream", 10);
        TriggerFired first = story.fired();
        story.hear(new PolicyWithdrawn("nightly", 1)).rows("stream", 10);
        assertThat(story.fired().why().toSlice()).as("the withdrawal is older").isEqualTo(2);
        story.hear(new PolicyWithdrawn("nightly", 2)).rows("stream", 10);
        assertThat(story.said()).isEmpty();

        story.hear(policy(3, limits(0, 1), new VolumeTrigger("e", OptionalLong.of(10), OptionalLong.empty())));

        assertThat(story.fired().fireId()).isNotEqualTo(first.fireId());
    }

    @Test
    void aScheduleFiresInItsZoneAndOnceForManyMissedTimes() {
        story.rows("stream", 5)
                .hear(policy(1, limits(0, 10), new ScheduleTrigger("daily", "30 2 * * *", "Europe/Vienna")))
                .pass(Duration.ofMinutes(89));
        assertThat(story.said()).isEmpty();

        story.pass(Duration.ofMinutes(1));

        TriggerFired fired = story.fired();
        assertThat(fired.why().kind()).isEqualTo("schedule");
        assertThat(fired.why().sentence()).contains("2026-01-01T01:30:00Z").contains("Europe/Vienna");
        story.pass(SECOND);
        assertThat(story.said()).isEmpty();
        story.pass(Duration.ofDays(5));
        story.fired();
        story.pass(SECOND);
        assertThat(story.said()).as("five missed days are one run").isEmpty();
    }

    @Test
    void aScheduleThatIsAddedDoesNotCountTimesBeforeIt() {
        story.rows("stream", 5)
                .hear(policy(1, limits(0, 10), new ScheduleTrigger("yearly", "0 0 1 6 *", "UTC")))
                .pass(Duration.ofDays(2))
                .hear(policy(2, limits(0, 10), new ScheduleTrigger("daily", "0 12 * * *", "UTC")))
                .pass(SECOND);

        assertThat(story.said()).isEmpty();
    }

    @Test
    void aScheduleWithoutDataWaitsForTheFirstSample() {
        story.hear(policy(1, limits(0, 10), new ScheduleTrigger("daily", "30 2 * * *", "UTC")))
                .pass(Duration.ofHours(3));
        assertThat(story.held().reason()).isEqualTo(HoldReason.NO_DATA);

        story.rows("stream", 1);

        assertThat(story.fired().why().trigger()).isEqualTo("daily");
    }

    @Test
    void outsideEventsFireByTypeAndSourceAndADuplicateIsKnown() {
        story.rows("stream", 5)
                .hear(policy(1, limits(0, 1), new ExternalTrigger("upstream", "com.example.done", Optional.of("/a"))));
        story.hear(event("com.example.other", "/a", "1")).hear(event("com.example.done", "/b", "1"));
        assertThat(story.said()).isEmpty();

        story.hear(event("com.example.done", "/a", "7"));
        TriggerFired fired = story.fired();
        assertThat(fired.why().events()).containsExactly("/a#7");
        story.hear(event("com.example.done", "/a", "7"));
        assertThat(story.said()).as("a duplicate").isEmpty();
        for (int event = 8; event < 108; event++) {
            story.hear(event("com.example.done", "/a", "" + event));
        }
        assertThat(story.held().reason()).isEqualTo(HoldReason.CONCURRENCY);
        story.hear(new RunMoved(fired.runId(), RunPhase.FAILED, 30, 0));

        TriggerFired next = story.fired();
        assertThat(next.why().figures()).containsEntry("events", 100.0);
        assertThat(next.why().events()).hasSize(20).startsWith("/a#8");
    }

    private static ReportOutsideEvent event(String type, String source, String id) {
        return new ReportOutsideEvent(type, source, id, Optional.empty());
    }

    @Test
    void whatWasHeardIsForgottenAfterADay() {
        story.rows("stream", 5)
                .hear(policy(1, limits(0, 10), new ExternalTrigger("up", "t", Optional.empty())))
                .hear(event("t", "/a", "1"));
        story.fired();
        story.pass(Duration.ofHours(23)).hear(event("t", "/a", "1"));
        assertThat(story.said()).isEmpty();

        story.pass(Duration.ofHours(2));

        assertThat(story.board().heard()).isEmpty();
    }

    @Test
    void dataOfOtherLengthsThanTheTrainedFires() {
        story.hear(policy(
                1,
                limits(0, 10),
                new VolumeTrigger("first", OptionalLong.of(1_000), OptionalLong.empty()),
                new DriftTrigger("drift", 0.25, 50)));
        story.hear(story.slice("stream", 1_000, 6));
        story.fired();
        story.hear(story.slice("stream", 49, 10));
        assertThat(story.said()).as("too few to say anything").isEmpty();
        story.hear(story.slice("stream", 60, 6)).hear(story.slice("stream", 1, 10));

        TriggerFired fired = story.fired();

        assertThat(fired.why().kind()).isEqualTo("drift");
        assertThat(fired.why().figures().get("index")).isGreaterThan(0.25);
        story.hear(story.slice("stream", 100, 6));
        assertThat(story.said()).as("both lengths are trained on now").isEmpty();
    }

    @Test
    void stepsOfRunsUnderWayAndOfThePeriodCountAgainstTheBudget() {
        PolicyLimits budget = new PolicyLimits(0, 10, OptionalLong.of(70), OptionalDouble.empty(), 3_600);
        story.hear(policy(1, budget, new VolumeTrigger("e", OptionalLong.of(10), OptionalLong.empty())))
                .rows("stream", 10);
        TriggerFired first = story.fired();
        story.hear(new RunMoved(first.runId(), RunPhase.ACCEPTED, 30, 0)).rows("stream", 10);
        TriggerFired second = story.fired();
        story.hear(new RunMoved(second.runId(), RunPhase.TRAINING, 30, 10))
                .hear(new RunMoved(first.runId(), RunPhase.COMPLETED, 30, 30))
                .rows("stream", 10);
        TriggerHeld held = story.held();
        assertThat(held.reason()).isEqualTo(HoldReason.STEP_BUDGET);
        assertThat(held.sentence()).contains("60 of 70");

        story.hear(new RunMoved(second.runId(), RunPhase.CANCELLED, 30, 10));
        TriggerFired third = story.fired();
        assertThat(third.why().fromSlice()).as("20 steps were given back").isEqualTo(3);
        story.rows("stream", 10);
        assertThat(story.held().until()).contains(story.now().plusSeconds(3_600));
        story.hear(new RefuseFire(
                "nightly", third.fireId(), new Failure(FailureCode.INVALID_SPECIFICATION, "the model is gone")));
        assertThat(story.fired().why().fromSlice())
                .as("a refused firing used nothing")
                .isEqualTo(4);
    }

    @Test
    void aBudgetComesBackWhenItsPeriodIsOver() {
        PolicyLimits budget = new PolicyLimits(0, 10, OptionalLong.of(40), OptionalDouble.empty(), 3_600);
        story.hear(policy(1, budget, new VolumeTrigger("e", OptionalLong.of(10), OptionalLong.empty())))
                .rows("stream", 10);
        story.hear(new RunMoved(story.fired().runId(), RunPhase.COMPLETED, 30, 30))
                .rows("stream", 10);
        assertThat(story.held().reason()).isEqualTo(HoldReason.STEP_BUDGET);

        story.pass(Duration.ofMinutes(59));
        assertThat(story.said()).isEmpty();
        story.pass(Duration.ofMinutes(1));

        assertThat(story.fired().why().toSlice()).isEqualTo(2);
    }

    @Test
    void theTimeOfTrainersCountsFromSegmentToSegmentAndOnce() {
        PolicyLimits budget = new PolicyLimits(0, 10, OptionalLong.empty(), OptionalDouble.of(100), 0);
        story.hear(policy(1, budget, new VolumeTrigger("e", OptionalLong.of(10), OptionalLong.empty())))
                .rows("stream", 10);
        RunId run = story.fired().runId();
        Instant began = story.now();
        story.hear(new DeviceUsed(run, 0, 1, true, began))
                .hear(new DeviceUsed(run, 0, 1, false, began.plusSeconds(60)))
                .hear(new DeviceUsed(run, 0, 1, false, began.plusSeconds(90)))
                .hear(new DeviceUsed(run, 1, 2, true, began.plusSeconds(60)))
                .rows("stream", 10);
        RunId second = story.fired().runId();
        story.hear(new DeviceUsed(run, 1, 2, false, began.plusSeconds(100))).rows("stream", 10);
        TriggerHeld held = story.held();

        assertThat(held.reason()).isEqualTo(HoldReason.GPU_BUDGET);
        assertThat(held.sentence()).contains("100 of 100.0 seconds");
        assertThat(held.until()).as("since the policy exists").isEmpty();
        story.hear(new RunMoved(run, RunPhase.COMPLETED, 30, 30))
                .hear(new RunMoved(second, RunPhase.REJECTED, 0, 0))
                .pass(Duration.ofDays(365));
        assertThat(story.said()).isEmpty();
    }

    @Test
    void aPersonNeitherWaitsForTheSwitchNorForTheCooldown() {
        story.rows("stream", 5)
                .hear(policy(1, false, false, limits(600, 1), new ScheduleTrigger("s", "0 0 1 1 *", "UTC")));
        FirePolicy request = new FirePolicy("nightly", "request-1", false, "a demonstration");

        story.hear(request).hear(request);

        TriggerFired fired = story.fired();
        assertThat(fired.why().kind()).isEqualTo("request");
        assertThat(fired.why().sentence()).contains("a demonstration");
        story.hear(new FirePolicy("nightly", "request-2", false, "more"));
        assertThat(story.held().reason()).isEqualTo(HoldReason.CONCURRENCY);
        story.hear(new RunMoved(fired.runId(), RunPhase.COMPLETED, 1, 1));
        assertThat(story.fired().why().sentence()).contains("more");
        story.hear(new FirePolicy("unknown", "request-3", false, "x"));
        assertThat(story.said()).isEmpty();
    }

    @Test
    void aRequestForADryRunChangesNothing() {
        story.rows("stream", 5).hear(volume(10));
        TriggerBoard before = story.board();

        story.hear(new FirePolicy("nightly", "request-1", true, "what if"));

        assertThat(story.fired().dryRun()).isTrue();
        assertThat(story.board().policies()).isEqualTo(before.policies());
        story.hear(policy(2, limits(0, 1), new VolumeTrigger("e", OptionalLong.of(5), OptionalLong.empty())));
        story.fired();
        story.hear(new FirePolicy("nightly", "request-2", true, "what if"));
        assertThat(story.held().reason()).isEqualTo(HoldReason.CONCURRENCY);
    }

    @Test
    void oneFiringAnswersEveryTriggerThatFires() {
        story.hear(policy(
                        1,
                        limits(0, 1),
                        new ExternalTrigger("up", "t", Optional.empty()),
                        new VolumeTrigger("enough", OptionalLong.of(5), OptionalLong.empty())))
                .hear(event("t", "/a", "1"));
        assertThat(story.held().reason()).isEqualTo(HoldReason.NO_DATA);

        story.rows("stream", 5);

        TriggerFired fired = story.fired();
        assertThat(fired.why().trigger()).isEqualTo("up");
        assertThat(fired.why().also()).containsExactly("enough");
        assertThat(fired.why().sentence()).contains("so do enough");
    }

    @Test
    void theSameStoryIsToldInTheSameWords() {
        PolicyStory again = new PolicyStory();
        for (PolicyStory each : List.of(story, again)) {
            each.hear(volume(10)).rows("stream", 10).rows("stream", 10);
        }

        assertThat(again.said()).isEqualTo(story.said()).hasSize(2);
        assertThat(again.ids()).isEqualTo(story.ids());
    }
}
