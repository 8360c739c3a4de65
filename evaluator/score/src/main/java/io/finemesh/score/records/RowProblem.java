package io.finemesh.score.records;

import static java.util.Objects.requireNonNull;

/**
 * A line that cannot be used as it is.
 *
 * @param line line in the file, counted from 1; 0 when the file as a whole is meant
 * @param kind what is wrong, for code
 * @param message what was found, what is allowed and what to do, for people
 */
public record RowProblem(int line, Kind kind, String message) {
    /** Kinds of problem. The names may be relied on. */
    public enum Kind {
        /** The file has no rows. */
        EMPTY_FILE,
        /** The bytes of the line are not UTF-8. */
        NOT_UTF8,
        /** The line is not JSON. */
        NOT_JSON,
        /** The line is JSON, but not an object. */
        NOT_AN_OBJECT,
        /** The line is longer than a row may be. */
        TOO_LONG,
        /** A field that is needed is absent. */
        MISSING_FIELD,
        /** A field has another type than it may have. */
        WRONG_TYPE,
        /** A field has a value that it may not have. */
        BAD_VALUE,
        /** The row was there before. */
        DUPLICATE,
        /** A row that others promise is absent, or a row stands alone that should not. */
        INCOMPLETE
    }

    public RowProblem {
        requireNonNull(kind, "kind is null");
        requireNonNull(message, "message is null");
    }

    /** For people: the line, then the message. */
    public String text() {
        return line == 0 ? message : "line " + line + ": " + message;
    }
}
