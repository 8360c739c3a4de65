package io.finemesh.contract.wire;

/** A record's headers or value are not what its topic carries; the message says what was found and what is allowed. */
public final class UnreadableRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnreadableRecordException(String message) {
        super(message);
    }

    public UnreadableRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
