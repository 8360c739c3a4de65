package io.finemesh.scheduler.messaging;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;
import static io.finemesh.scheduler.messaging.StreamsMesh.idle;
import static io.finemesh.scheduler.trigger.PolicyStory.limits;
import static io.finemesh.scheduler.trigger.PolicyStory.policy;
import static io.finemesh.scheduler.trigger.PolicyStory.slice;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.id.EventId;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.ScheduleTrigger;
import io.finemesh.contract.policy.VolumeTrigger;
import io.finemesh.contract.trigger.TriggerEvent;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.contract.trigger.TriggerHeld;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies in the whole topology: what fires, and what the lifecycle's runs mean for it. */
class TriggerTopologyTest {
    private static final PolicyDefined ONE_AT_A_TIME =
            policy(1, limits(0, 1), new VolumeTrigger("enough", OptionalLong.of(10), OptionalLong.empty()));

    @TempDir
    Path directory;

    private StreamsMesh mesh;

    @BeforeEach
    void start() {
        mesh = new StreamsMesh(directory.resolve("1"));
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    private void grow(int number, long rows) {
        mesh.say(Topics.DATASETS, "stream", slice("stream", number, rows, rows * number, 6));
    }

    @Test
    void aStormOfSlicesIsOneRunAndTheNextOneComesWhenThatRunHasEnded() {
        mesh.beat(idle("trainer-0", "life-1"));
        mesh.say(Topics.POLICIES, "nightly", ONE_AT_A_TIME);
        for (int number = 1; number <= 20; number++) {
            grow(number, 10);
        }
        List<TriggerEvent> said = mesh.said(Topics.TRIGGER_FIRES);
        assertThat(said).hasSize(2);
        TriggerFired first = (TriggerFired) said.getFirst();
        assertThat(said.get(1)).isInstanceOf(TriggerHeld.class);

        mesh.say(
                Topics.RUN_COMMANDS,
                first.runId().value(),
                adamw(first.runId().value(), 10).build());
        mesh.finish(mesh.granted());

        List<TriggerEvent> next = mesh.said(Topics.TRIGGER_FIRES);
        assertThat(next).singleElement().isInstanceOfSatisfying(TriggerFired.class, fired -> {
            assertThat(fired.why().fromSlice()).isEqualTo(2);
            assertThat(fired.why().toSlice()).isEqualTo(20);
        });
    }

    @Test
    void aSchedulerThatWasKilledSaysNothingTwiceAndForgetsNothing() {
        mesh.say(Topics.POLICIES, "nightly", ONE_AT_A_TIME);
        grow(1, 10);
        grow(2, 10);
        List<EventId> before = mesh.envelopes(Topics.TRIGGER_FIRES).stream()
                .<EventId>map(Envelope::id)
                .toList();
        assertThat(before).hasSize(2);

        mesh = mesh.killedAndRestarted(directory.resolve("2"));
        mesh.say(Topics.POLICIES, "nightly", ONE_AT_A_TIME);
        grow(1, 10);
        grow(2, 10);
        mesh.pass(Duration.ofSeconds(2));

        assertThat(mesh.said(Topics.TRIGGER_FIRES)).isEmpty();
    }

    @Test
    void whatCannotBeReadGoesToTheDeadLettersAndTheNextSliceStillFires() {
        mesh.say(Topics.POLICIES, "nightly", ONE_AT_A_TIME);
        mesh.sayRaw(Topics.DATASETS.name(), "stream", "{".getBytes(UTF_8), new RecordHeaders());
        mesh.sayRaw(Topics.RUN_STATE.name(), "r-1", "{".getBytes(UTF_8), new RecordHeaders());
        grow(1, 10);

        assertThat(mesh.records(Topics.DATASETS.deadLetterName())).hasSize(1);
        assertThat(mesh.said(Topics.TRIGGER_FIRES)).hasSize(1);
    }

    @Test
    void aDefinitionThatNoDecisionCanBeMadeOfIsRefusedAndTheOthersGoOn() {
        mesh.say(
                Topics.POLICIES,
                "broken",
                policy(1, limits(0, 1), new ScheduleTrigger("s", "not a cron", "Nowhere/Land")));
        mesh.pass(Duration.ofSeconds(1));
        mesh.say(
                Topics.POLICIES,
                "nightly",
                policy(2, limits(0, 1), new VolumeTrigger("enough", OptionalLong.of(10), OptionalLong.empty())));
        grow(1, 10);

        assertThat(mesh.said(Topics.TRIGGER_FIRES)).hasSize(1);
    }
}
