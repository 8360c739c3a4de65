package io.finemesh.trainer.segment;

import io.finemesh.engine.kernel.KernelVerdict;
import io.finemesh.engine.optim.moment.DeviceKernels;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.BackendReport;
import io.finemesh.engine.tensor.DevicePreference;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The device's start, which others wait for or ask about. Thread-safe.
 */
public final class Device {
    private final int threads;
    private final DevicePreference preference;
    private final CompletableFuture<BackendReport> start = new CompletableFuture<>();
    private volatile List<KernelVerdict> kernels = List.of();

    /**
     * Not started yet.
     *
     * @param threads that share one operation on the host
     * @param preference where tensors are to live
     */
    public Device(int threads, DevicePreference preference) {
        this.threads = threads;
        this.preference = preference;
    }

    /** Completes with what does the arithmetic, or with why nothing does. */
    public CompletableFuture<BackendReport> start() {
        return start.copy();
    }

    /** What does the arithmetic, once it was loaded. */
    public Optional<BackendReport> report() {
        return start.state() == CompletableFuture.State.SUCCESS ? Optional.of(start.resultNow()) : Optional.empty();
    }

    /** Whether each of the project's own kernels is used, and why not; empty where the host computes, and before the start. */
    public List<KernelVerdict> kernels() {
        return kernels;
    }

    /** Why the native libraries cannot be used, if they cannot. */
    public Optional<Throwable> failure() {
        return start.state() == CompletableFuture.State.FAILED ? Optional.of(start.exceptionNow()) : Optional.empty();
    }

    /** Loads the native libraries on the calling thread, which owns the device from here on. Returns whether that worked. */
    boolean open() {
        try {
            BackendReport report = Backend.start(threads, preference);
            kernels = DeviceKernels.start(report);
            return start.complete(report);
        } catch (RuntimeException | LinkageError unusable) {
            start.completeExceptionally(unusable);
            return false;
        }
    }
}
