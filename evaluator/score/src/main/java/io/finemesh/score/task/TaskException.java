package io.finemesh.score.task;

import static java.util.Objects.requireNonNull;

/** A task that cannot be made or scored as asked. */
public final class TaskException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why not. The names may be relied on. */
    public enum Reason {
        /** There is nothing to evaluate. */
        NO_DOCUMENTS,
        /** More examples are wanted in a prompt than there are to draw from. */
        NOT_ENOUGH_SHOTS,
        /** The limit leaves nothing, or is no limit. */
        BAD_LIMIT,
        /** The model's context is too short for the longest answer. */
        CONTEXT_TOO_SHORT,
        /** A response is of another kind than its request, or its numbers are not finite. */
        WRONG_RESPONSE,
        /** A regular expression takes too long on an answer. */
        UNBOUNDED_PATTERN
    }

    public TaskException(Reason reason, String message) {
        super(message);
        this.reason = requireNonNull(reason, "reason is null");
    }

    public Reason reason() {
        return reason;
    }
}
