package io.finemesh.scheduler.messaging;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;
import static io.finemesh.scheduler.SubmissionBuilder.badam;
import static io.finemesh.scheduler.messaging.StreamsMesh.heartbeat;
import static io.finemesh.scheduler.messaging.StreamsMesh.holding;
import static io.finemesh.scheduler.messaging.StreamsMesh.idle;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.run.CancelRun;
import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.RunEvent;
import io.finemesh.contract.run.RunFailed;
import io.finemesh.contract.run.RunPhase;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.run.SegmentRetried;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.training.StopSegment;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lifecycle and placement talking to each other through their topics, with time that is skipped. */
class SchedulerTopologyTest {
    @TempDir
    Path directory;

    private StreamsMesh mesh;

    @BeforeEach
    void start() {
        mesh = new StreamsMesh(directory);
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    private void submit(SubmitRun submission) {
        mesh.say(Topics.RUN_COMMANDS, submission.runId().value(), submission);
    }

    private static List<String> kinds(List<? extends Message> messages) {
        return messages.stream()
                .map(message -> message.getClass().getSimpleName())
                .toList();
    }

    @Test
    void takesARunOfThreeSegmentsFromSubmissionToCompletion() {
        mesh.beat(idle("trainer-0", "life-1"));
        submit(adamw("r-1", 30).build());
        for (int segment = 0; segment < 3; segment++) {
            TrainSegment command = mesh.granted();
            assertThat(command.work().segment().index()).isEqualTo(segment);
            assertThat(command.epoch()).isEqualTo(segment + 1);
            mesh.finish(command);
        }

        List<RunEvent> events = mesh.said(Topics.RUN_EVENTS);
        assertThat(kinds(events))
                .containsExactly(
                        "RunAccepted", "SegmentScheduled", "SegmentScheduled", "SegmentScheduled", "RunCompleted");
        assertThat(((RunCompleted) events.getLast()).steps()).isEqualTo(30);
        List<RunSnapshot> snapshots = mesh.said(Topics.RUN_STATE);
        assertThat(snapshots)
                .extracting(RunSnapshot::phase)
                .containsExactly(
                        RunPhase.ACCEPTED, RunPhase.TRAINING, RunPhase.TRAINING, RunPhase.TRAINING, RunPhase.COMPLETED);
        assertThat(snapshots).extracting(RunSnapshot::committedSteps).containsExactly(0L, 0L, 10L, 20L, 30L);
    }

    @Test
    void visitsTheBlocksOfABlockwiseRun() {
        mesh.beat(idle("trainer-0", "life-1"));
        submit(badam("r-1", 12, 3).build());
        List<String> blocks = new ArrayList<>();
        for (int segment = 0; segment < 4; segment++) {
            TrainSegment command = mesh.granted();
            blocks.add(command.work().segment().block().orElseThrow());
            mesh.finish(command);
        }
        assertThat(blocks).containsExactly("layer.0", "layer.1", "layer.2", "layer.3");
        assertThat(mesh.said(Topics.RUN_EVENTS).getLast()).isInstanceOf(RunCompleted.class);
    }

    @Test
    void everythingSaidCarriesTraceRunAndCause() {
        mesh.beat(idle("trainer-0", "life-1"));
        submit(adamw("r-1", 10).build());

        List<Envelope<? extends Message>> said = new ArrayList<>();
        said.addAll(mesh.envelopes(Topics.RUN_EVENTS));
        said.addAll(mesh.envelopes(Topics.RUN_STATE));
        said.addAll(mesh.envelopes(Topics.PLACEMENT_REQUESTS));
        said.addAll(mesh.envelopes(Topics.PLACEMENT_EVENTS));
        said.addAll(mesh.envelopes(Topics.TRAINING_COMMANDS));
        assertThat(said).hasSize(7);
        assertThat(said).allSatisfy(envelope -> {
            assertThat(envelope.traceparent()).contains(StreamsMesh.SUBMISSION);
            assertThat(envelope.correlation()).contains("r-1");
            assertThat(envelope.causation()).isPresent();
            assertThat(envelope.source()).isEqualTo("/scheduler");
        });
        assertThat(said).extracting(Envelope::id).doesNotHaveDuplicates();
    }

    @Test
    void givesTheSegmentToAnotherTrainerWhenOneRestarts() {
        mesh.beat(idle("trainer-0", "life-1"));
        submit(adamw("r-1", 20).build());
        TrainSegment lost = mesh.granted();
        mesh.start(lost);
        mesh.beat(idle("trainer-1", "life-1"));

        mesh.beat(idle("trainer-0", "life-2"));

        TrainSegment again = mesh.granted();
        assertThat(again.work().segment()).isEqualTo(lost.work().segment());
        assertThat(again.work().base()).isEqualTo(lost.work().base());
        assertThat(again.epoch()).isEqualTo(2);
        assertThat(mesh.said(Topics.RUN_EVENTS))
                .filteredOn(SegmentRetried.class::isInstance)
                .singleElement()
                .satisfies(retried ->
                        assertThat(((SegmentRetried) retried).attempt()).isEqualTo(2));
        mesh.train(lost);
        assertThat(mesh.said(Topics.PLACEMENT_REQUESTS))
                .as("what the former life still says does not count")
                .hasSize(2);
        mesh.finish(again);
        mesh.finish(mesh.granted());
        assertThat(mesh.said(Topics.RUN_EVENTS).getLast()).isInstanceOf(RunCompleted.class);
    }

    @Test
    void expiresTheLeaseOfASilentTrainerAndTellsItToStop() {
        mesh.beat(idle("trainer-0", "life-1"));
        submit(adamw("r-1", 10).build());
        TrainSegment lost = mesh.granted();

        mesh.pass(Duration.ofSeconds(9));
        assertThat(mesh.said(Topics.TRAINING_COMMANDS)).isEmpty();
        mesh.pass(Duration.ofSeconds(3), idle("trainer-1", "life-1"));

        List<Message> commands = List.copyOf(mesh.said(Topics.TRAINING_COMMANDS));
        assertThat(commands.get(0))
                .isEqualTo(new StopSegment(
                        new TrainerId("trainer-0"),
                        new RunId("r-1"),
                        1,
                        "trainer trainer-0 was not heard of for 10 s"));
        TrainSegment again = (TrainSegment) commands.get(1);
        assertThat(again.trainer()).isEqualTo(new TrainerId("trainer-1"));
        assertThat(again.epoch()).isEqualTo(lost.epoch() + 1);
    }

    @Test
    void waitsForATrainerAsLongAsItTakes() {
        submit(adamw("r-1", 10).build());
        mesh.pass(Duration.ofMinutes(5));
        assertThat(mesh.said(Topics.TRAINING_COMMANDS)).isEmpty();
        assertThat(mesh.said(Topics.RUN_STATE)).extracting(RunSnapshot::phase).containsExactly(RunPhase.ACCEPTED);

        mesh.beat(idle("trainer-0", "life-1"));
        assertThat(mesh.granted().work().runId()).isEqualTo(new RunId("r-1"));
    }

    @Test
    void tellsATrainerAgainThatDoesNotShowItsLease() {
        mesh.beat(idle("trainer-0", "life-1"));
        submit(adamw("r-1", 10).build());
        TrainSegment first = mesh.granted();

        mesh.pass(Duration.ofSeconds(12), idle("trainer-0", "life-1"));
        assertThat(mesh.granted()).as("the same command again").isEqualTo(first);
        mesh.pass(Duration.ofSeconds(60), holding("trainer-0", "life-1", first));
        assertThat(mesh.said(Topics.TRAINING_COMMANDS)).as("it took it up").isEmpty();
    }

    @Test
    void restsBetweenFailuresAndGivesUpWithTheReason() {
        mesh.beat(idle("trainer-0", "life-1"));
        submit(adamw("r-1", 10).build());
        mesh.fail(mesh.granted(), FailureCode.INTERNAL);
        TrainSegment second = mesh.granted();
        mesh.fail(second, FailureCode.INTERNAL);
        assertThat(mesh.said(Topics.TRAINING_COMMANDS)).as("it rests").isEmpty();
        mesh.pass(Duration.ofSeconds(2), idle("trainer-0", "life-1"));
        mesh.fail(mesh.granted(), FailureCode.INTERNAL);
        mesh.pass(Duration.ofSeconds(3), idle("trainer-0", "life-1"));
        mesh.fail(mesh.granted(), FailureCode.INTERNAL);

        RunFailed failed = (RunFailed) mesh.said(Topics.RUN_EVENTS).getLast();
        assertThat(failed.failure().code()).isEqualTo(FailureCode.INTERNAL);
        assertThat(failed.failure().message())
                .isEqualTo("gave up segment 0 after 4 attempts without a commit (4 failed, 0 were interrupted);"
                        + " the last one: it failed");
    }

    @Test
    void cancelsARunAndFreesItsTrainer() {
        mesh.beat(idle("trainer-0", "life-1"));
        submit(adamw("r-1", 10).build());
        mesh.granted();
        submit(adamw("r-2", 10).build());

        mesh.say(Topics.RUN_COMMANDS, "r-1", new CancelRun(new RunId("r-1"), "changed my mind"));

        List<Message> commands = List.copyOf(mesh.said(Topics.TRAINING_COMMANDS));
        assertThat(kinds(commands)).containsExactly("StopSegment", "TrainSegment");
        assertThat(((TrainSegment) commands.get(1)).work().runId()).isEqualTo(new RunId("r-2"));
        assertThat(kinds(mesh.said(Topics.RUN_EVENTS))).contains("RunCancelled");
    }

    @Test
    void givesNothingToATrainerThatLeaves() {
        mesh.beat(heartbeat("trainer-0", "life-1", TrainerCondition.DRAINING, Optional.empty(), OptionalLong.empty()));
        submit(adamw("r-1", 10).build());
        assertThat(mesh.said(Topics.TRAINING_COMMANDS)).isEmpty();
    }

    @Test
    void keepsWhatItCannotReadAndGoesOn() {
        mesh.beat(idle("trainer-0", "life-1"));
        mesh.sayRaw(Topics.RUN_COMMANDS.name(), "r-0", "not json".getBytes(UTF_8), new RecordHeaders());
        mesh.sayRaw(Topics.TRAINERS.name(), null, new byte[] {1, 2, 3}, new RecordHeaders());
        submit(adamw("r-1", 10).build());

        TestRecord<String, byte[]> kept =
                mesh.records(Topics.RUN_COMMANDS.deadLetterName()).getFirst();
        assertThat(kept.key()).isEqualTo("r-0");
        assertThat(new String(kept.value(), UTF_8)).isEqualTo("not json");
        assertThat(header(kept, "dead-letter-reason")).contains("lacks the header ce_specversion");
        assertThat(header(kept, "dead-letter-topic")).isEqualTo(Topics.RUN_COMMANDS.name());
        assertThat(header(kept, "dead-letter-partition")).isEqualTo("0");
        assertThat(header(kept, "dead-letter-offset")).isEqualTo("0");
        assertThat(mesh.records(Topics.TRAINERS.deadLetterName())).hasSize(1);
        assertThat(mesh.granted().work().runId()).isEqualTo(new RunId("r-1"));
    }

    @Test
    void refusesARecordUnderAnotherRunsKey() {
        mesh.say(Topics.RUN_COMMANDS, "r-2", adamw("r-1", 10).build());

        TestRecord<String, byte[]> kept =
                mesh.records(Topics.RUN_COMMANDS.deadLetterName()).getFirst();
        assertThat(header(kept, "dead-letter-reason"))
                .isEqualTo("record has key 'r-2' but is about run 'r-1'; expected the run");
        assertThat(mesh.said(Topics.RUN_EVENTS)).isEmpty();
    }

    private static String header(TestRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    @Test
    void goesOnAfterARestartWhereItStopped(@TempDir Path nextDirectory) {
        mesh.beat(idle("trainer-0", "life-1"));
        submit(adamw("r-1", 20).build());
        TrainSegment first = mesh.granted();
        mesh.start(first);
        mesh.train(first);
        TrainSegment second = mesh.granted();

        mesh = mesh.killedAndRestarted(nextDirectory);
        mesh.upload(first);
        mesh.commit(first);
        mesh.finish(second);

        assertThat(mesh.said(Topics.RUN_EVENTS))
                .containsExactly(new RunCompleted(
                        new RunId("r-1"), StreamsMesh.result(second), "digest-1", 20, Optional.empty()));
        assertThat(mesh.said(Topics.RUN_STATE))
                .extracting(RunSnapshot::committedSegments)
                .containsExactly(1, 2);
        submit(adamw("r-2", 10).build());
        assertThat(mesh.granted().trainer()).as("trainers are remembered too").isEqualTo(new TrainerId("trainer-0"));
    }

    @Test
    void aStoreThatNeverAnswersIsWaitedForOnlySoLong() {
        mesh.beat(idle("trainer-0", "life-1"));
        submit(adamw("r-1", 10).build());
        TrainSegment first = mesh.granted();
        mesh.start(first);
        mesh.train(first);
        mesh.upload(first);
        mesh.said(Topics.RUN_EVENTS);
        mesh.pass(Duration.ofMinutes(10), idle("trainer-0", "life-1"));
        assertThat(mesh.said(Topics.RUN_EVENTS)).isEmpty();

        mesh.pass(Duration.ofMinutes(6), idle("trainer-0", "life-1"));

        RunEvent retried = mesh.said(Topics.RUN_EVENTS).getFirst();
        assertThat(((SegmentRetried) retried).failure().code()).isEqualTo(FailureCode.STORE_UNREACHABLE);
        TrainSegment second = mesh.said(Topics.TRAINING_COMMANDS).stream()
                .filter(TrainSegment.class::isInstance)
                .map(TrainSegment.class::cast)
                .findFirst()
                .orElseThrow();
        assertThat(second.work()).isEqualTo(first.work());
        mesh.finish(second);
        assertThat(mesh.said(Topics.RUN_EVENTS)).last().isInstanceOf(RunCompleted.class);
    }

    @Test
    void planAndEndOfARunAreSpansLinkedToItsSubmission() {
        mesh.beat(idle("trainer-0", "life-1"));
        submit(adamw("r-1", 10).build());
        mesh.finish(mesh.granted());
        submit(adamw("r-2", 0).build());
        submit(adamw("r-3", 10).build());
        mesh.say(Topics.RUN_COMMANDS, "r-3", new CancelRun(new RunId("r-3"), "no longer needed"));

        assertThat(mesh.spans())
                .extracting(SpanData::getName)
                .containsExactly("run.plan", "run.complete", "run.plan", "run.plan", "run.complete");
        assertThat(mesh.spans()).allSatisfy(span -> {
            assertThat(span.getParentSpanContext().isValid()).isFalse();
            assertThat(span.getLinks()).singleElement().satisfies(link -> assertThat(
                            link.getSpanContext().getTraceId())
                    .isEqualTo("0af7651916cd43dd8448eb211c80319c"));
        });
        assertThat(mesh.spans())
                .extracting(span -> span.getAttributes().get(AttributeKey.stringKey("finemesh.run.id")))
                .containsExactly("r-1", "r-1", "r-2", "r-3", "r-3");
        assertThat(mesh.spans())
                .extracting(span -> span.getAttributes().get(AttributeKey.stringKey("finemesh.outcome")))
                .containsExactly(null, "completed", null, null, "cancelled");
        assertThat(mesh.spans())
                .extracting(span -> span.getStatus().getStatusCode())
                .containsExactly(
                        StatusCode.UNSET, StatusCode.UNSET, StatusCode.ERROR, StatusCode.UNSET, StatusCode.UNSET);
    }
}
