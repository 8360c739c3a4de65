package io.finemesh.workbench.parity;

/** Expected numbers that cannot be compared with, because what they say is missing, malformed or not understood. */
public final class ParityException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message the field, what was found and what is understood */
    public ParityException(String message) {
        super(message);
    }
}
