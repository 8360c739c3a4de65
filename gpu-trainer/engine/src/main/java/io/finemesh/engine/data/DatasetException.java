package io.finemesh.engine.data;

import java.util.Objects;
import java.util.OptionalLong;

/** A dataset cannot be trained on. */
public final class DatasetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Reason {
        /** Reading failed. */
        UNREADABLE,
        /** A line is not a conversation in the normalised form. */
        MALFORMED_LINE,
        /** A line is not UTF-8. */
        NOT_UTF8,
        /** A line is longer than {@link ConversationReader#MAX_LINE_BYTES}. */
        LINE_TOO_LONG,
        /** Nothing is left to train on. */
        NO_SAMPLES,
        /** A sample is longer than a row. */
        SAMPLE_EXCEEDS_ROW,
        /** A cursor belongs to other data or to another batch plan. */
        CURSOR_MISMATCH
    }

    private final Reason reason;
    private final long line;

    DatasetException(Reason reason, String message) {
        this(reason, message, null);
    }

    DatasetException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason is null");
        this.line = 0;
    }

    DatasetException(Reason reason, long line, String message, Throwable cause) {
        super("line " + line + ": " + message, cause);
        this.reason = Objects.requireNonNull(reason, "reason is null");
        this.line = line;
    }

    public Reason reason() {
        return reason;
    }

    /** 1-based number of the line at fault, where one is. */
    public OptionalLong line() {
        return line > 0 ? OptionalLong.of(line) : OptionalLong.empty();
    }
}
