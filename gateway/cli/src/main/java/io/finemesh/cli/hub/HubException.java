package io.finemesh.cli.hub;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/** A hub does not give what was asked for. The message says what to do. */
public final class HubException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What stands in the way. */
    public enum Reason {
        /** The id is no id. */
        MALFORMED,
        /** The hub refuses the token, or wants one. */
        UNAUTHORIZED,
        /** There is no such data set, revision or file. */
        NOT_FOUND,
        /** Several files fit. */
        AMBIGUOUS,
        /** A part of a data set in several parts is not there. */
        INCOMPLETE,
        /** Too many requests, and no end of it. */
        RATE_LIMITED,
        /** The hub fails, or says what no hub says. */
        SERVER_FAILED,
        /** Nothing comes. */
        NO_ANSWER,
        /** More bytes than are taken. */
        TOO_LARGE,
        /** The bytes are not the ones that the hub names. */
        CORRUPT,
        /** The disk of this machine has no room, or does not take what comes. */
        DISK
    }

    private final Reason reason;

    HubException(Reason reason, String message) {
        super(message);
        this.reason = requireNonNull(reason, "reason is null");
    }

    HubException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = requireNonNull(reason, "reason is null");
    }

    /** What stands in the way. */
    public Reason reason() {
        return reason;
    }
}
