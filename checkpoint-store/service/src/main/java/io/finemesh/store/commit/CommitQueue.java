package io.finemesh.store.commit;

import io.finemesh.contract.checkpoint.CheckpointEvent;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.store.commit.CommitOutcome.BaseUnknown;
import io.finemesh.store.commit.CommitOutcome.Committed;
import io.finemesh.store.commit.CommitOutcome.Rejected;
import io.finemesh.store.intake.RunLane;
import io.finemesh.store.intake.RunLane.BaseMissing;
import io.finemesh.store.publication.EventPublisher;
import io.finemesh.store.publication.PublicationException;
import io.finemesh.store.storage.StorageException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Commits results: those of one run one after the other in the order they came, those of different runs side by side. A result leaves
 * the queue when the mesh was told what became of it, never before, however long storage or broker are away; one that is still in it
 * when the process ends was not acknowledged, so Kafka delivers it again.
 */
public final class CommitQueue implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(CommitQueue.class);
    private static final String SOURCE = "/checkpoint-store";

    private final SegmentCommit commit;
    private final EventPublisher publisher;
    private final CommitObserver observer;
    private final CommitPolicy policy;
    private final Clock clock;
    private final Semaphore slots;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<RunId, Lane> lanes = new HashMap<>();
    private boolean closed;

    public CommitQueue(
            SegmentCommit commit, EventPublisher publisher, CommitObserver observer, CommitPolicy policy, Clock clock) {
        this.commit = commit;
        this.publisher = publisher;
        this.observer = observer;
        this.policy = policy;
        this.clock = clock;
        this.slots = new Semaphore(policy.parallel());
    }

    /** A result with what has to be called when it is dealt with; told apart by identity, because Kafka may deliver one twice. */
    private static final class Pending {
        private final Envelope<SegmentEnded> result;
        private final Runnable acknowledge;
        private Optional<Instant> begun = Optional.empty();

        private Pending(Envelope<SegmentEnded> result, Runnable acknowledge) {
            this.result = result;
            this.acknowledge = acknowledge;
        }

        private SegmentEnded claim() {
            return result.body();
        }
    }

    private static final class Lane {
        private final RunLane<Pending> order;
        private Thread worker;

        private Lane(RunLane<Pending> order) {
            this.order = order;
        }
    }

    /**
     * Takes a result; returns at once.
     *
     * @param acknowledge called once, when the mesh was told what became of it
     */
    public void accept(Envelope<SegmentEnded> result, Runnable acknowledge) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            RunId run = result.body().runId();
            Lane lane = lanes.get(run);
            if (lane == null) {
                lane = new Lane(new RunLane<>(policy.basePatience()));
                lanes.put(run, lane);
                Lane started = lane;
                lane.worker = Thread.ofVirtual().name("commit-" + run).unstarted(() -> work(run, started));
                lane.order.add(new Pending(result, acknowledge));
                lane.worker.start();
            } else {
                lane.order.add(new Pending(result, acknowledge));
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Runs with results that wait or are worked on. */
    public int runsAtWork() {
        lock.lock();
        try {
            return lanes.size();
        } finally {
            lock.unlock();
        }
    }

    private void work(RunId run, Lane lane) {
        try {
            while (!workedOff(run, lane)) {
                Thread.sleep(policy.pauseAfter(4));
            }
        } catch (InterruptedException stopped) {
            // The queue is closed; what is left is delivered again after the next start.
            Thread.currentThread().interrupt();
        }
    }

    /** Works until the lane is done with; false when something broke on the way, with what is left still in the lane. */
    private boolean workedOff(RunId run, Lane lane) throws InterruptedException {
        try {
            for (Optional<Pending> next = take(run, lane); next.isPresent(); next = take(run, lane)) {
                conclude(lane, next.get());
            }
            return true;
        } catch (RuntimeException | Error broken) {
            // A lane without a thread would keep its run's results for ever, so not even exhausted memory may end it.
            LOG.errorf(broken, "the commits of run %s broke in a way nobody foresaw; they go on", run);
            return false;
        }
    }

    /** The next result to work on; empty when the lane is done with. */
    private Optional<Pending> take(RunId run, Lane lane) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (lane.order.isEmpty()) {
                    lanes.remove(run);
                    return Optional.empty();
                }
                Optional<Pending> next = lane.order.next();
                if (next.isPresent()) {
                    return next;
                }
                // Only results whose base is unknown are left: look again when one comes, and from time to time.
                Duration pause = policy.pauseAfter(4);
                if (!changed.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                    lane.order.lookAgain();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void conclude(Lane lane, Pending pending) throws InterruptedException {
        Instant begun = pending.begun.orElseGet(clock::instant);
        pending.begun = Optional.of(begun);
        CommitOutcome outcome = attemptUntilDecided(pending);
        if (outcome instanceof BaseUnknown) {
            Optional<Rejected> givenUp = stepAside(lane, pending);
            if (givenUp.isEmpty()) {
                return;
            }
            outcome = givenUp.get();
        }
        tell(pending, outcome);
        observe(pending, outcome, begun);
        lock.lockInterruptibly();
        try {
            lane.order.done(pending);
        } finally {
            lock.unlock();
        }
        pending.acknowledge.run();
    }

    /** Traces and figures are worth nothing compared with the lane going on. */
    private void observe(Pending pending, CommitOutcome outcome, Instant begun) {
        try {
            observer.concluded(pending.result, outcome, begun, clock.instant());
        } catch (RuntimeException | Error unseen) {
            LOG.warnf(unseen, "the commit of %s left no trace", pending.claim().checkpoint());
        }
    }

    private Optional<Rejected> stepAside(Lane lane, Pending pending) throws InterruptedException {
        SegmentEnded claim = pending.claim();
        lock.lockInterruptibly();
        try {
            BaseMissing missing = lane.order.stepAside(pending, claim.base(), clock.instant());
            return switch (missing) {
                case BaseMissing.Wait wait -> {
                    LOG.infof(
                            "segment %d of run %s waits for its base %s until %s",
                            claim.segmentIndex(), claim.runId(), claim.base(), wait.giveUpAt());
                    yield Optional.empty();
                }
                case BaseMissing.GiveUp giveUp ->
                    Optional.of(
                            SegmentCommit.rejected(claim, FailureCode.CHECKPOINT_REFUSED, List.of(giveUp.problem())));
            };
        } finally {
            lock.unlock();
        }
    }

    private CommitOutcome attemptUntilDecided(Pending pending) throws InterruptedException {
        SegmentEnded claim = pending.claim();
        int unexpected = 0;
        for (int failures = 1; ; failures++) {
            Duration pause = policy.pauseAfter(failures);
            slots.acquire();
            try {
                return commit.attempt(claim);
            } catch (StorageException down) {
                LOG.warnf(
                        "segment %d of run %s is not committed yet, trying again in %d ms: %s",
                        claim.segmentIndex(), claim.runId(), pause.toMillis(), down.getMessage());
            } catch (RuntimeException | Error unforeseen) {
                unexpected++;
                LOG.errorf(
                        unforeseen,
                        "committing segment %d of run %s failed in a way nobody foresaw (%d of %d)",
                        claim.segmentIndex(),
                        claim.runId(),
                        unexpected,
                        policy.unexpectedAttempts());
                if (unexpected >= policy.unexpectedAttempts()) {
                    return SegmentCommit.rejected(claim, FailureCode.INTERNAL, List.of(String.valueOf(unforeseen)));
                }
            } finally {
                slots.release();
            }
            Thread.sleep(pause);
        }
    }

    private void tell(Pending pending, CommitOutcome outcome) throws InterruptedException {
        Envelope<? extends CheckpointEvent> event =
                switch (outcome) {
                    case Committed committed -> envelope(pending, "checkpoint-committed", committed.event());
                    case Rejected rejected -> envelope(pending, "checkpoint-rejected", rejected.event());
                    case BaseUnknown undecided ->
                        throw new IllegalArgumentException("nothing is decided yet: " + undecided);
                };
        log(pending.claim(), outcome);
        for (int failures = 1; ; failures++) {
            try {
                publisher.publish(Topics.CHECKPOINTS, event);
                return;
            } catch (RuntimeException down) {
                Duration pause = policy.pauseAfter(failures);
                LOG.warnf(
                        "checkpoint %s is decided but the mesh is not told yet, trying again in %d ms: %s",
                        pending.claim().checkpoint(),
                        pause.toMillis(),
                        down instanceof PublicationException ? down.getMessage() : down);
                Thread.sleep(pause);
            }
        }
    }

    /** The id follows from the result's, so that telling twice is telling once. */
    private <T extends CheckpointEvent> Envelope<T> envelope(Pending pending, String purpose, T event) {
        return Envelope.causedBy(
                pending.result,
                EventId.derived(pending.result.id(), purpose, 0),
                SOURCE,
                pending.claim().runId().value(),
                clock.instant(),
                event);
    }

    private static void log(SegmentEnded claim, CommitOutcome outcome) {
        switch (outcome) {
            case Committed committed ->
                LOG.infof(
                        "segment %d of run %s %s as %s: %d tensors changed, %d new bytes",
                        claim.segmentIndex(),
                        claim.runId(),
                        committed.existed() ? "was committed before" : "is committed",
                        claim.checkpoint(),
                        committed.event().changedTensors().size(),
                        committed.event().newBytes());
            case Rejected rejected ->
                LOG.errorf("%s", rejected.event().failure().message());
            case BaseUnknown undecided -> LOG.debugf("undecided: %s", undecided);
        }
    }

    /** Stops work between two attempts; what is not dealt with stays unacknowledged. */
    @Override
    public void close() {
        List<Thread> workers;
        lock.lock();
        try {
            closed = true;
            workers = lanes.values().stream().map(lane -> lane.worker).toList();
        } finally {
            lock.unlock();
        }
        workers.forEach(Thread::interrupt);
        for (Thread worker : workers) {
            try {
                worker.join(Duration.ofSeconds(5));
            } catch (InterruptedException impatient) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
