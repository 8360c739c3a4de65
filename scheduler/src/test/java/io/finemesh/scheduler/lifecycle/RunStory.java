package io.finemesh.scheduler.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.checkpoint.CheckpointRejected;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.placement.LeaseGranted;
import io.finemesh.contract.placement.LeaseLost;
import io.finemesh.contract.placement.PlaceSegment;
import io.finemesh.contract.placement.PlacementImpossible;
import io.finemesh.contract.run.CancelRun;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.scheduler.SubmissionBuilder;
import io.finemesh.scheduler.journal.RunStateCodec;
import io.finemesh.scheduler.planning.Planning;
import io.finemesh.scheduler.planning.RunPlanner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One run told input by input. Every input is told twice, and the repetition must change nothing and say nothing; every state goes through its
 * stored form and back; every decision must be the sum of its changes.
 */
final class RunStory {
    static final RetryPolicy POLICY = new RetryPolicy(
            3, 10, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(15), Duration.ofHours(6));
    static final TrainerId FIRST = new TrainerId("trainer-0");
    static final TrainerId SECOND = new TrainerId("trainer-1");
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final RunLifecycle lifecycle = new RunLifecycle(POLICY);
    private final RunStateCodec codec = new RunStateCodec();
    private final SubmitRun submission;
    private final List<Message> said = new ArrayList<>();
    private final Charter charter;
    private RunState state = new RunState.Absent();
    private Instant now = START;
    private int inputs;
    private Optional<String> remark = Optional.empty();

    RunStory(SubmitRun submission) {
        this.submission = submission;
        this.charter = RunPlanner.plan(submission) instanceof Planning.Planned planned
                ? new Charter(submission, planned.plan(), Optional.empty())
                : null;
    }

    RunState state() {
        return state;
    }

    <S extends RunState> S state(Class<S> expected) {
        assertThat(state).isInstanceOf(expected);
        return expected.cast(state);
    }

    Progress progress() {
        return ((RunState.Active) state).progress();
    }

    /** Why the last input was left aside. */
    Optional<String> remark() {
        return remark;
    }

    /** Everything said so far. */
    List<Message> said() {
        return List.copyOf(said);
    }

    /** The newest request for a trainer. */
    PlaceSegment request() {
        return (PlaceSegment) said.stream()
                .filter(PlaceSegment.class::isInstance)
                .reduce((_, newer) -> newer)
                .orElseThrow();
    }

    List<Message> tell(Message input) {
        Envelope<Message> envelope = Envelope.starting(
                new EventId("input-" + inputs++),
                "/test",
                submission.runId().value(),
                now,
                Optional.of("00-aa-bb-01"),
                input);
        Decision decision = lifecycle.decide(state, envelope, now);
        assertThat(lifecycle.decide(state, envelope, now))
                .as("deciding again gives the same, identities included")
                .isEqualTo(decision);
        List<Message> messages = adopt(decision);
        remark = decision.remark();
        Decision repetition = lifecycle.decide(state, envelope, now);
        assertThat(repetition.changes())
                .as("a repeated %s changes nothing", input)
                .isEmpty();
        assertThat(repetition.outputs()).as("a repeated %s says nothing", input).isEmpty();
        return messages;
    }

    List<Message> wait(Duration duration) {
        now = now.plus(duration);
        return adopt(lifecycle.wake(state, now));
    }

    private List<Message> adopt(Decision decision) {
        RunState evolved = state;
        for (RunChange change : decision.changes()) {
            evolved = RunLifecycle.evolve(evolved, change);
        }
        assertThat(evolved).as("a decision is the sum of its changes").isEqualTo(decision.state());
        state = evolved instanceof RunState.Absent ? evolved : codec.decode(codec.encode(evolved));
        assertThat(state).as("what is stored is what is read").isEqualTo(evolved);
        said.addAll(decision.messages());
        return decision.messages();
    }

    List<Message> submit() {
        return tell(submission);
    }

    List<Message> cancel() {
        return tell(new CancelRun(run(), "no longer needed"));
    }

    List<Message> granted(long epoch, TrainerId trainer) {
        return tell(new LeaseGranted(
                run(), epoch, request().work().segment().index(), trainer, new TrainerIncarnation("life-1")));
    }

    List<Message> lost(long epoch, TrainerId trainer) {
        return tell(new LeaseLost(run(), epoch, trainer, failure(FailureCode.TRAINER_LOST)));
    }

    List<Message> impossible(long epoch, FailureCode code) {
        return tell(new PlacementImpossible(run(), epoch, failure(code)));
    }

    List<Message> started(int segment, long epoch, TrainerId trainer) {
        return tell(new SegmentStarted(run(), segment, epoch, trainer, "", Optional.empty()));
    }

    List<Message> trained(int segment, long epoch, TrainerId trainer) {
        return tell(new SegmentTrained(
                run(),
                segment,
                epoch,
                trainer,
                checkpoint(segment),
                lastStep(segment),
                0.5,
                "00-segment-" + segment,
                OptionalDouble.empty()));
    }

    /** The trainer says that it is done, but not after the segment's last step. */
    List<Message> trainedShort(int segment, long epoch, TrainerId trainer) {
        return tell(new SegmentTrained(
                run(),
                segment,
                epoch,
                trainer,
                checkpoint(segment),
                lastStep(segment) - 1,
                0.5,
                "",
                OptionalDouble.empty()));
    }

    List<Message> endedShort(int segment, long epoch, TrainerId trainer) {
        return tell(new SegmentEnded(
                run(),
                segment,
                epoch,
                trainer,
                checkpoint(segment),
                checkpoint(segment - 1),
                lastStep(segment) - 1,
                List.of(),
                "{}",
                List.of(),
                new BlobReference(new BlobDigest("b".repeat(64)), 10)));
    }

    List<Message> ended(int segment, long epoch, TrainerId trainer) {
        return tell(new SegmentEnded(
                run(),
                segment,
                epoch,
                trainer,
                checkpoint(segment),
                checkpoint(segment - 1),
                lastStep(segment),
                List.of(),
                "{}",
                List.of(),
                new BlobReference(new BlobDigest("b".repeat(64)), 10)));
    }

    List<Message> failed(int segment, long epoch, FailureCode code) {
        return tell(new SegmentFailed(run(), segment, epoch, FIRST, failure(code)));
    }

    List<Message> committed(int segment, long epoch) {
        return tell(new CheckpointCommitted(
                checkpoint(segment),
                run(),
                segment,
                epoch,
                checkpoint(segment - 1),
                lastStep(segment),
                "digest-" + segment,
                100,
                List.of("w"),
                OptionalDouble.empty()));
    }

    List<Message> rejected(int segment, long epoch, FailureCode code) {
        return tell(new CheckpointRejected(checkpoint(segment), run(), segment, epoch, failure(code)));
    }

    List<Message> scored(EvaluationId evaluation, CheckpointId checkpoint) {
        return tell(new EvaluationCompleted(
                evaluation,
                Optional.of(run()),
                checkpoint,
                0,
                "digest",
                List.of(),
                5,
                Optional.empty(),
                Optional.empty()));
    }

    List<Message> unscored(EvaluationId evaluation, CheckpointId checkpoint, FailureCode code) {
        return tell(new EvaluationFailed(evaluation, Optional.of(run()), checkpoint, failure(code)));
    }

    /** From request to commit of the segment in work. */
    void calmSegment(TrainerId trainer) {
        PlaceSegment request = request();
        int segment = request.work().segment().index();
        granted(request.epoch(), trainer);
        trained(segment, request.epoch(), trainer);
        ended(segment, request.epoch(), trainer);
        committed(segment, request.epoch());
    }

    RunId run() {
        return submission.runId();
    }

    static CheckpointId checkpoint(int segment) {
        return segment < 0 ? SubmissionBuilder.BASE : new CheckpointId("ck-" + segment);
    }

    long lastStep(int segment) {
        return charter.lastStep(segment);
    }

    static Failure failure(FailureCode code) {
        return new Failure(code, "because of " + code);
    }

    /** Types of what was said. */
    static List<String> kinds(List<Message> messages) {
        return messages.stream()
                .map(message -> message.getClass().getSimpleName())
                .toList();
    }
}
