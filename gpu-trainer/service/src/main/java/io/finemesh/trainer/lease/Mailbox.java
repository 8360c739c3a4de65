package io.finemesh.trainer.lease;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.training.StopSegment;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.wire.Envelope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Everything the device thread is told, in order, and the only way to tell it anything. Posting never waits for the device: a
 * segment that is being executed is withdrawn at once and notices between two steps.
 *
 * <p>Lease epochs grow within a run. What an epoch says that is not the newest is ignored, so commands may come twice or late.
 */
public final class Mailbox {

    /** What became of a command to train. */
    public enum Acceptance {
        /** The device will execute it. */
        ACCEPTED,
        /** This epoch was accepted before. */
        DUPLICATE,
        /** A newer epoch of the run was accepted or stopped before. */
        STALE,
        /** The trainer leaves and takes nothing any more. */
        LEAVING
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<DeviceMessage> messages = new ArrayDeque<>();
    private final Map<RunId, Long> newestEpochs = new HashMap<>();
    private final Map<RunId, Long> stoppedEpochs = new HashMap<>();
    private Assignment executing;
    private boolean leaving;

    /** Accepts a segment, or says why not. An older lease of the same run that is waiting or being executed is withdrawn. */
    public Acceptance execute(Envelope<TrainSegment> command) {
        Assignment assignment = new Assignment(command);
        lock.lock();
        try {
            if (leaving) {
                return Acceptance.LEAVING;
            }
            long newest = newestEpochs.getOrDefault(assignment.run(), Long.MIN_VALUE);
            if (assignment.epoch() == newest) {
                return Acceptance.DUPLICATE;
            }
            if (assignment.epoch() < newest
                    || assignment.epoch() <= stoppedEpochs.getOrDefault(assignment.run(), Long.MIN_VALUE)) {
                return Acceptance.STALE;
            }
            newestEpochs.put(assignment.run(), assignment.epoch());
            withdraw(assignment.run(), assignment.epoch() - 1, new Withdrawal.Superseded(assignment.epoch()));
            post(new DeviceMessage.Execute(assignment));
            return Acceptance.ACCEPTED;
        } finally {
            lock.unlock();
        }
    }

    /** Drops every segment of a run up to an epoch, and what is held in memory for it. */
    public void stop(StopSegment command) {
        lock.lock();
        try {
            stoppedEpochs.merge(command.runId(), command.epoch(), Math::max);
            withdraw(command.runId(), command.epoch(), new Withdrawal.Stopped(command.reason()));
            post(new DeviceMessage.Stop(command.runId(), command.epoch()));
        } finally {
            lock.unlock();
        }
    }

    /** Ends every segment, waiting or being executed, that builds on a checkpoint which will never be committed. */
    public void baseLost(Set<CheckpointId> lost, Failure failure) {
        lock.lock();
        try {
            for (DeviceMessage message : messages) {
                if (message instanceof DeviceMessage.Execute(Assignment waiting)
                        && lost.contains(waiting.work().base())) {
                    waiting.withdraw(new Withdrawal.BaseLost(failure));
                }
            }
            if (executing != null && lost.contains(executing.work().base())) {
                executing.withdraw(new Withdrawal.BaseLost(failure));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing any more; what waits or is being executed is given back. */
    public void leave() {
        lock.lock();
        try {
            if (leaving) {
                return;
            }
            leaving = true;
            for (DeviceMessage message : messages) {
                if (message instanceof DeviceMessage.Execute(Assignment waiting)) {
                    waiting.withdraw(new Withdrawal.Leaving());
                }
            }
            if (executing != null) {
                executing.withdraw(new Withdrawal.Leaving());
            }
            post(new DeviceMessage.Drain());
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #leave} was called. */
    public boolean isLeaving() {
        lock.lock();
        try {
            return leaving;
        } finally {
            lock.unlock();
        }
    }

    /** The segment being executed or, if there is none, the next one. */
    public Optional<Assignment> holder() {
        lock.lock();
        try {
            if (executing != null) {
                return Optional.of(executing);
            }
            for (DeviceMessage message : messages) {
                if (message instanceof DeviceMessage.Execute(Assignment waiting)) {
                    return Optional.of(waiting);
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next message. A segment counts as being executed from here to {@link #finish} or {@link #drop}. */
    public DeviceMessage take() throws InterruptedException {
        lock.lock();
        try {
            while (messages.isEmpty()) {
                arrived.await();
            }
            DeviceMessage message = messages.removeFirst();
            if (message instanceof DeviceMessage.Execute(Assignment next)) {
                executing = next;
            }
            return message;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the execution of a segment whose steps are all done. From here on it cannot be withdrawn, so a grant of the next segment
     * that comes early does no harm.
     *
     * @throws WithdrawnException if it was withdrawn before
     */
    public void finish(Assignment assignment) throws WithdrawnException {
        lock.lock();
        try {
            assignment.requireHeld();
            drop(assignment);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the execution of a segment that is not done. */
    public void drop(Assignment assignment) {
        lock.lock();
        try {
            if (assignment.equals(executing)) {
                executing = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private void withdraw(RunId run, long upToEpoch, Withdrawal reason) {
        for (Iterator<DeviceMessage> waiting = messages.iterator(); waiting.hasNext(); ) {
            if (waiting.next() instanceof DeviceMessage.Execute(Assignment assignment)
                    && assignment.run().equals(run)
                    && assignment.epoch() <= upToEpoch) {
                assignment.withdraw(reason);
                waiting.remove();
            }
        }
        if (executing != null && executing.run().equals(run) && executing.epoch() <= upToEpoch) {
            executing.withdraw(reason);
        }
    }

    private void post(DeviceMessage message) {
        messages.addLast(message);
        arrived.signalAll();
    }
}
