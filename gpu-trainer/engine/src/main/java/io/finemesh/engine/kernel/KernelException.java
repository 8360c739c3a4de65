package io.finemesh.engine.kernel;

/** A kernel that could not be compiled, loaded or launched: what was tried, and what the toolkit or device said. */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KernelException(String message) {
        super(message);
    }

    public KernelException(String message, Throwable cause) {
        super(message, cause);
    }
}
