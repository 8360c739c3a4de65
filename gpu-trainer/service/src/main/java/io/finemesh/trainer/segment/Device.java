package io.finemesh.trainer.segment;

import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.BackendReport;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The device's start, which others wait for or ask about. Thread-safe.
 */
public final class Device {
    private final int threads;
    private final CompletableFuture<BackendReport> start = new CompletableFuture<>();

    /** @param threads that share one operation */
    public Device(int threads) {
        this.threads = threads;
    }

    /** Completes with what does the arithmetic, or with why nothing does. */
    public CompletableFuture<BackendReport> start() {
        return start.copy();
    }

    /** What does the arithmetic, once it was loaded. */
    public Optional<BackendReport> report() {
        return start.state() == CompletableFuture.State.SUCCESS ? Optional.of(start.resultNow()) : Optional.empty();
    }

    /** Why the native libraries cannot be used, if they cannot. */
    public Optional<Throwable> failure() {
        return start.state() == CompletableFuture.State.FAILED ? Optional.of(start.exceptionNow()) : Optional.empty();
    }

    /** Loads the native libraries on the calling thread, which owns the device from here on. Returns whether that worked. */
    boolean open() {
        try {
            return start.complete(Backend.start(threads));
        } catch (RuntimeException | LinkageError unusable) {
            start.completeExceptionally(unusable);
            return false;
        }
    }
}
