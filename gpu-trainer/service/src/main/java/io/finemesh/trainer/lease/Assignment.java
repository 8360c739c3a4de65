package io.finemesh.trainer.lease;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.wire.Envelope;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** A segment this trainer holds the lease of. May be withdrawn at any time, by any thread. */
public final class Assignment {
    private static final long NO_STEP = -1;

    private final Envelope<TrainSegment> command;
    private final CompletableFuture<Withdrawal> withdrawal = new CompletableFuture<>();
    private volatile long step = NO_STEP;

    public Assignment(Envelope<TrainSegment> command) {
        this.command = requireNonNull(command, "command is null");
    }

    /** The command that granted it. */
    public Envelope<TrainSegment> command() {
        return command;
    }

    /** What to do. */
    public SegmentWork work() {
        return command.body().work();
    }

    /** The run. */
    public RunId run() {
        return work().runId();
    }

    /** Lease epoch. */
    public long epoch() {
        return command.body().epoch();
    }

    /** Notes the optimizer step that was done last. */
    public void reached(long lastStep) {
        step = lastStep;
    }

    /** The optimizer step that was done last, once there is one. */
    public OptionalLong step() {
        long reached = step;
        return reached == NO_STEP ? OptionalLong.empty() : OptionalLong.of(reached);
    }

    /** Ends it early; the first reason counts. */
    void withdraw(Withdrawal reason) {
        withdrawal.complete(reason);
    }

    /** Whether it is to end early. */
    public boolean isWithdrawn() {
        return withdrawal.isDone();
    }

    /** Goes on only if it is not withdrawn. */
    public void requireHeld() throws WithdrawnException {
        if (withdrawal.isDone()) {
            throw new WithdrawnException(withdrawal.join());
        }
    }

    /**
     * Waits for something, but not longer than the segment is held.
     *
     * @throws ExecutionException with what it failed with
     */
    public <T> T await(CompletableFuture<T> something)
            throws WithdrawnException, ExecutionException, InterruptedException {
        CompletableFuture<Object> either = new CompletableFuture<>();
        CompletableFuture<T> _ = something.whenComplete((value, failure) -> either.complete(this));
        CompletableFuture<Withdrawal> _ = withdrawal.whenComplete((reason, failure) -> either.complete(this));
        either.get();
        requireHeld();
        return something.get();
    }

    /**
     * Does something that blocks on another thread and waits for it, but not longer than the segment is held; then that thread is
     * interrupted.
     *
     * @throws ExecutionException with what it failed with
     */
    public <T> T await(String threadName, Callable<T> work)
            throws WithdrawnException, ExecutionException, InterruptedException {
        CompletableFuture<T> done = new CompletableFuture<>();
        Thread worker = Thread.ofVirtual().name(threadName).start(() -> {
            try {
                done.complete(work.call());
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        try {
            return await(done);
        } finally {
            worker.interrupt();
        }
    }

    @Override
    public String toString() {
        return "segment " + work().segment().index() + " of run " + run() + " (epoch " + epoch() + ")";
    }
}
