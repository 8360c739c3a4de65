package io.finemesh.scheduler.lifecycle;

import static io.finemesh.scheduler.lifecycle.ExampleRun.cancel;
import static io.finemesh.scheduler.lifecycle.ExampleRun.committed;
import static io.finemesh.scheduler.lifecycle.ExampleRun.ended;
import static io.finemesh.scheduler.lifecycle.ExampleRun.evaluation;
import static io.finemesh.scheduler.lifecycle.ExampleRun.failed;
import static io.finemesh.scheduler.lifecycle.ExampleRun.granted;
import static io.finemesh.scheduler.lifecycle.ExampleRun.impossible;
import static io.finemesh.scheduler.lifecycle.ExampleRun.lost;
import static io.finemesh.scheduler.lifecycle.ExampleRun.rejected;
import static io.finemesh.scheduler.lifecycle.ExampleRun.repeatedEvaluation;
import static io.finemesh.scheduler.lifecycle.ExampleRun.scored;
import static io.finemesh.scheduler.lifecycle.ExampleRun.started;
import static io.finemesh.scheduler.lifecycle.ExampleRun.submission;
import static io.finemesh.scheduler.lifecycle.ExampleRun.trained;
import static io.finemesh.scheduler.lifecycle.ExampleRun.unscored;

import io.finemesh.contract.Message;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.wire.Envelope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The lifecycle as a table: state, input, next state, what is said. Every row is a decision that {@link RunLifecycle} made on an example run of two
 * segments, so the table cannot say what the code does not do; documentation is generated from it.
 */
public final class TransitionTable {
    private static final Instant TIME = Instant.EPOCH;
    private static final RunLifecycle LIFECYCLE = new RunLifecycle(new RetryPolicy(
            1, 2, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofHours(1)));

    private final List<Row> rows = new ArrayList<>();

    private TransitionTable() {}

    /**
     * One transition.
     *
     * @param state where the run stood
     * @param input what happened; in brackets what tells cases apart
     * @param next where it stands afterwards
     * @param outputs what is said, by name and in order
     */
    public record Row(String state, String input, String next, List<String> outputs) {
        public Row {
            outputs = List.copyOf(outputs);
        }
    }

    /** Every transition, from submission to the ends. */
    public static List<Row> rows() {
        TransitionTable table = new TransitionTable();
        table.begin();
        table.await();
        table.train();
        table.commit();
        table.rest();
        table.evaluate();
        return List.copyOf(table.rows);
    }

    private void begin() {
        RunState absent = new RunState.Absent();
        row(absent, "SubmitRun", submission(10, false));
        row(absent, "SubmitRun [cannot be executed]", submission(0, false));
    }

    private void await() {
        RunState first = after(submission(10, false));
        row(first, "LeaseGranted", granted(0, 1));
        row(first, "SegmentStarted [read before LeaseGranted]", started(0, 1));
        row(first, "PlacementImpossible", impossible(1));
        row(first, "CancelRun", cancel());
        RunState bound = after(submission(10, false), granted(0, 1), trained(0, 1));
        row(bound, "CheckpointCommitted [of its base]", committed(0, 1));
        row(bound, "LeaseLost [base not uploaded]", lost(2));
        RunState uploaded = after(submission(10, false), granted(0, 1), trained(0, 1), ended(0, 1));
        row(uploaded, "LeaseLost [base uploaded]", lost(2));
        RunState again = after(submission(10, false), granted(0, 1), trained(0, 1), lost(1));
        row(again, "CheckpointCommitted [late, of the segment asked for]", committed(0, 1));
    }

    private void train() {
        RunState first = after(submission(10, false), granted(0, 1));
        row(first, "SegmentTrained [more follow]", trained(0, 1));
        row(first, "LeaseLost", lost(1));
        row(first, "SegmentFailed [RETRY]", failed(0, 1, FailureCode.INTERNAL));
        row(first, "SegmentFailed [ABORT]", failed(0, 1, FailureCode.NON_FINITE_LOSS));
        row(first, "CheckpointCommitted [before SegmentTrained]", committed(0, 1));
        row(first, "CancelRun", cancel());
        RunState second = after(submission(10, false), granted(0, 1), trained(0, 1), granted(1, 2));
        row(second, "SegmentTrained [the last]", trained(1, 2));
        row(second, "SegmentEnded [of the segment before]", ended(0, 1));
        row(second, "CheckpointCommitted [of the segment before]", committed(0, 1));
        row(second, "CheckpointRejected [RETRY]", rejected(0, 1, FailureCode.BLOB_CORRUPT));
        row(second, "CheckpointRejected [ABORT]", rejected(0, 1, FailureCode.CHECKPOINT_REFUSED));
        row(second, "SegmentFailed [upload of the segment before]", failed(0, 1, FailureCode.STORE_UNREACHABLE));
        RunState restarted = after(submission(10, false), granted(0, 1), trained(0, 1), lost(1), granted(0, 3));
        row(restarted, "CheckpointCommitted [late, of the segment in work]", committed(0, 1));
        RunState failedOnce =
                after(submission(10, false), granted(0, 1), failed(0, 1, FailureCode.INTERNAL), granted(0, 2));
        row(failedOnce, "SegmentFailed [RETRY, retries used up]", failed(0, 2, FailureCode.INTERNAL));
        row(failedOnce, "LeaseLost [again]", lost(2));
        row(failedOnce, "SegmentFailed [RETRY, again]", failed(0, 2, FailureCode.STORE_UNREACHABLE));
    }

    private void commit() {
        Message[] trained = {submission(10, false), granted(0, 1), trained(0, 1), granted(1, 2), trained(1, 2)};
        RunState last = after(List.of(trained), ended(0, 1));
        row(last, "SegmentEnded [the last]", ended(1, 2));
        row(last, "CheckpointCommitted [more pending]", committed(0, 1));
        row(last, "LeaseLost", lost(2));
        row(last, "CancelRun", cancel());
        RunState uploaded = after(List.of(trained), ended(0, 1), ended(1, 2), committed(0, 1));
        row(uploaded, "CheckpointCommitted [the last]", committed(1, 2));
        row(uploaded, "CheckpointRejected [RETRY]", rejected(1, 2, FailureCode.BLOB_CORRUPT));
        RunState left = after(submission(10, false), granted(0, 1), trained(0, 1), ended(0, 1), granted(1, 2), lost(2));
        row(left, "CheckpointCommitted [work left to do]", committed(0, 1));
        add(uploaded, "no verdict for too long", LIFECYCLE.wake(uploaded, TIME.plusSeconds(60)));
        RunState evaluated = after(
                submission(10, true), granted(0, 1), trained(0, 1), granted(1, 2), trained(1, 2), committed(0, 1));
        row(evaluated, "CheckpointCommitted [the last, to be evaluated]", committed(1, 2));
    }

    private void rest() {
        RunState resting = after(submission(10, false), granted(0, 1), trained(0, 1), lost(1), granted(0, 3), lost(3));
        add(resting, "rest over", LIFECYCLE.wake(resting, TIME.plusSeconds(1)));
        row(resting, "CheckpointCommitted [late]", committed(0, 1));
        row(resting, "CancelRun", cancel());
    }

    private void evaluate() {
        Message[] committed = {submission(10, true), granted(0, 1), committed(0, 1), granted(1, 2), committed(1, 2)};
        RunState evaluating = after(committed);
        row(evaluating, "EvaluationCompleted [the last]", scored(evaluation()));
        row(evaluating, "EvaluationFailed [first time]", unscored(evaluation()));
        RunState second = after(List.of(committed), unscored(evaluation()));
        row(second, "EvaluationFailed [again]", unscored(repeatedEvaluation()));
        add(evaluating, "no score for too long", LIFECYCLE.wake(evaluating, TIME.plusSeconds(3_600)));
        add(second, "no score for too long [again]", LIFECYCLE.wake(second, TIME.plusSeconds(3_600)));
        row(evaluating, "CancelRun", cancel());
    }

    private void row(RunState state, String input, Message message) {
        Decision decision = LIFECYCLE.decide(state, envelope(message), TIME);
        add(state, input, decision);
    }

    private void add(RunState state, String input, Decision decision) {
        if (decision.changes().isEmpty() && decision.outputs().isEmpty()) {
            throw new IllegalStateException("the example of " + input + " in " + name(state) + " changes nothing: "
                    + decision.remark().orElse("it is no example"));
        }
        rows.add(new Row(
                name(state),
                input,
                name(decision.state()),
                decision.messages().stream()
                        .map(message -> message.getClass().getSimpleName())
                        .toList()));
    }

    private static RunState after(Message... inputs) {
        return after(List.of(inputs));
    }

    private static RunState after(List<Message> inputs, Message... more) {
        RunState state = new RunState.Absent();
        for (Message input : Stream.concat(inputs.stream(), Stream.of(more)).toList()) {
            state = LIFECYCLE.decide(state, envelope(input), TIME).state();
        }
        return state;
    }

    private static Envelope<Message> envelope(Message message) {
        return Envelope.starting(new EventId("example"), "/example", "example", TIME, Optional.empty(), message);
    }

    private static String name(RunState state) {
        return state.getClass().getSimpleName();
    }
}
