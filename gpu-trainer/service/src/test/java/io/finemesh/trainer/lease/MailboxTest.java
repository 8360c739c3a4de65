package io.finemesh.trainer.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.training.StopSegment;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.lease.Mailbox.Acceptance;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private static final CheckpointId BASE = new CheckpointId("ck-base");
    private static final TinyRun RUN = TinyRun.adamW(new BlobReference("0".repeat(64), 1), 9, 1);
    private static final TinyRun OTHER = RUN.named("run-other");

    private final Mailbox mailbox = new Mailbox();

    @Test
    void handsMessagesOutInOrder() throws Exception {
        assertThat(mailbox.execute(train(RUN, 1))).isEqualTo(Acceptance.ACCEPTED);
        assertThat(mailbox.execute(train(OTHER, 1))).isEqualTo(Acceptance.ACCEPTED);
        mailbox.stop(stop("run-third", 1));
        mailbox.leave();

        assertThat(execute().run()).isEqualTo(RUN.id());
        assertThat(execute().run()).isEqualTo(OTHER.id());
        assertThat(mailbox.take()).isInstanceOf(DeviceMessage.Stop.class);
        assertThat(mailbox.take()).isInstanceOf(DeviceMessage.Drain.class);
    }

    @Test
    void acceptsAnEpochOnceAndNoOlderOne() {
        assertThat(mailbox.execute(train(RUN, 5))).isEqualTo(Acceptance.ACCEPTED);
        assertThat(mailbox.execute(train(RUN, 5))).isEqualTo(Acceptance.DUPLICATE);
        assertThat(mailbox.execute(train(RUN, 4))).isEqualTo(Acceptance.STALE);
        assertThat(mailbox.execute(train(RUN, 6))).isEqualTo(Acceptance.ACCEPTED);
        assertThat(mailbox.execute(train(RUN, 5))).isEqualTo(Acceptance.STALE);
        assertThat(mailbox.execute(train(OTHER, 1))).isEqualTo(Acceptance.ACCEPTED);
    }

    @Test
    void aNewerEpochTakesTheWaitingOneOut() throws Exception {
        mailbox.execute(train(RUN, 5));
        mailbox.execute(train(RUN, 6));

        assertThat(execute().epoch()).isEqualTo(6);
    }

    @Test
    void aNewerEpochWithdrawsTheOneBeingExecuted() throws Exception {
        mailbox.execute(train(RUN, 5));
        Assignment executing = execute();

        mailbox.execute(train(RUN, 6));

        assertThatThrownBy(() -> mailbox.finish(executing))
                .isInstanceOf(WithdrawnException.class)
                .extracting(thrown -> ((WithdrawnException) thrown).withdrawal())
                .isEqualTo(new Withdrawal.Superseded(6));
    }

    @Test
    void aStopTakesWaitingAndExecutingOnesUpToItsEpoch() throws Exception {
        mailbox.execute(train(RUN, 5));
        Assignment executing = execute();
        mailbox.execute(train(OTHER, 5));

        mailbox.stop(stop("run-adamw", 5));
        mailbox.stop(stop("run-other", 4));

        assertThat(executing.isWithdrawn()).isTrue();
        assertThat(execute().run()).isEqualTo(OTHER.id());
        assertThat(mailbox.execute(train(RUN, 5))).isEqualTo(Acceptance.DUPLICATE);
        assertThat(mailbox.execute(train(RUN, 6))).isEqualTo(Acceptance.ACCEPTED);
    }

    @Test
    void aStopThatComesBeforeItsSegmentCounts() {
        mailbox.stop(stop("run-adamw", 5));

        assertThat(mailbox.execute(train(RUN, 5))).isEqualTo(Acceptance.STALE);
        assertThat(mailbox.execute(train(RUN, 6))).isEqualTo(Acceptance.ACCEPTED);
    }

    @Test
    void aFinishedSegmentCannotBeWithdrawn() throws Exception {
        mailbox.execute(train(RUN, 5));
        Assignment finished = execute();
        mailbox.finish(finished);

        mailbox.execute(train(RUN, 6));
        mailbox.stop(stop("run-adamw", 5));

        assertThat(finished.isWithdrawn()).isFalse();
    }

    @Test
    void aLostBaseEndsWhatIsBuiltOnIt() throws Exception {
        mailbox.execute(train(RUN, 5));
        Assignment executing = execute();
        mailbox.execute(train(OTHER, 7, new CheckpointId("ck-other-base")));
        Failure failure = new Failure(FailureCode.STORE_UNREACHABLE, "gone");

        mailbox.baseLost(Set.of(new CheckpointId("ck-other-base")), failure);

        assertThat(executing.isWithdrawn()).isFalse();
        mailbox.finish(executing);
        Assignment waiting = execute();
        assertThatThrownBy(waiting::requireHeld)
                .extracting(thrown -> ((WithdrawnException) thrown).withdrawal())
                .isEqualTo(new Withdrawal.BaseLost(failure));
    }

    @Test
    void leavingGivesEverythingBackAndTakesNothing() throws Exception {
        mailbox.execute(train(RUN, 5));
        Assignment executing = execute();
        mailbox.execute(train(OTHER, 5));

        mailbox.leave();
        mailbox.leave();

        assertThat(mailbox.isLeaving()).isTrue();
        assertThat(mailbox.execute(train(RUN, 6))).isEqualTo(Acceptance.LEAVING);
        assertThat(executing.isWithdrawn()).isTrue();
        assertThat(execute().isWithdrawn()).isTrue();
        assertThat(mailbox.take()).isInstanceOf(DeviceMessage.Drain.class);
    }

    @Test
    void theHolderIsTheExecutingOneElseTheNext() throws Exception {
        assertThat(mailbox.holder()).isEmpty();
        mailbox.execute(train(RUN, 5));
        assertThat(mailbox.holder()).map(Assignment::run).contains(RUN.id());
        mailbox.execute(train(OTHER, 5));
        Assignment executing = execute();
        assertThat(mailbox.holder()).contains(executing);
        mailbox.drop(executing);
        assertThat(mailbox.holder()).map(Assignment::run).contains(OTHER.id());
    }

    @Test
    void waitingEndsWithTheWithdrawal() throws Exception {
        mailbox.execute(train(RUN, 5));
        Assignment executing = execute();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread canceller = Thread.ofVirtual().start(() -> mailbox.stop(stop("run-adamw", 5)));

        assertThatThrownBy(() -> executing.await("waits-for-ever", () -> {
                    try {
                        return new CompletableFuture<Void>().get();
                    } catch (InterruptedException expected) {
                        interrupted.complete(true);
                        throw expected;
                    }
                }))
                .isInstanceOf(WithdrawnException.class);

        assertThat(interrupted.get()).isTrue();
        canceller.join();
    }

    @Test
    void waitingReturnsWhatCameOrFailedFirst() throws Exception {
        mailbox.execute(train(RUN, 5));
        Assignment executing = execute();

        assertThat(executing.await("quick", () -> 42)).isEqualTo(42);
        assertThatThrownBy(() -> executing.await("broken", () -> {
                    throw new IllegalStateException("broken");
                }))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("broken");
    }

    private Assignment execute() throws InterruptedException {
        return ((DeviceMessage.Execute) mailbox.take()).assignment();
    }

    private static Envelope<TrainSegment> train(TinyRun run, long epoch) {
        return train(run, epoch, BASE);
    }

    private static Envelope<TrainSegment> train(TinyRun run, long epoch, CheckpointId base) {
        var command = run.train(0, base, epoch);
        return new Envelope<>(
                command.id(),
                command.source(),
                command.key(),
                command.time(),
                command.traceparent(),
                command.correlation(),
                command.causation(),
                (TrainSegment) command.body());
    }

    private static StopSegment stop(String run, long epoch) {
        return (StopSegment) RUN.named(run).stop(epoch).body();
    }
}
