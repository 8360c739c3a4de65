package io.finemesh.store.growth;

import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * One writer at a time for each data set of this process, so that requests do not cut their rows in vain. What keeps two processes apart is that a number is
 * given once.
 */
public final class NameLocks {
    private static final int LOCKS = 64;

    private final List<Lock> locks =
            IntStream.range(0, LOCKS).<Lock>mapToObj(_ -> new ReentrantLock()).toList();

    /** The lock of a name; other names may share it. */
    Lock of(String name) {
        return locks.get(Math.floorMod(name.hashCode(), LOCKS));
    }
}
