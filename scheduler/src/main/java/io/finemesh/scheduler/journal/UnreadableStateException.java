package io.finemesh.scheduler.journal;

/** A stored state is not what this version writes; the message says what was found and what is allowed. */
public final class UnreadableStateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableStateException(String message) {
        super(message);
    }

    UnreadableStateException(String message, Throwable cause) {
        super(message, cause);
    }
}
