package io.finemesh.gateway.board;

import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.Occurrence;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The folded views behind one lock. Readers take what they need as immutable values and leave; whoever follows a run waits for the
 * version to grow.
 */
@ApplicationScoped
public class Board {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final MeshView mesh = new MeshView();
    private long version;
    private boolean rebuilt;

    /** Folds occurrences in, in order. */
    public void apply(List<Occurrence> occurrences) {
        lock.lock();
        try {
            boolean news = false;
            for (Occurrence occurrence : occurrences) {
                news |= mesh.apply(occurrence);
            }
            if (news) {
                version++;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Reads; what is returned must not refer to the views. */
    public <R> R read(Function<MeshView, R> question) {
        lock.lock();
        try {
            return question.apply(mesh);
        } finally {
            lock.unlock();
        }
    }

    /** Grows with every change. */
    public long version() {
        lock.lock();
        try {
            return version;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the version is another one than this.
     *
     * @return false when the time passed without a change
     */
    public boolean awaitChange(long seen, Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lock();
        try {
            while (version == seen) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Everything that stood on the topics at start has been folded in. */
    public void declareRebuilt() {
        lock.lock();
        try {
            rebuilt = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the views are complete as of this start. */
    public boolean rebuilt() {
        lock.lock();
        try {
            return rebuilt;
        } finally {
            lock.unlock();
        }
    }
}
