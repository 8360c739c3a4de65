package io.finemesh.dataset;

import java.util.Locale;

/** Why a row is left out. The lower-case names are what callers see; they never change. */
public enum DropReason {
    /** Longer than the longest line that is taken. */
    LINE_TOO_LONG,
    /** Not UTF-8, or an escape that is half of a surrogate pair. */
    NOT_UTF8,
    /** Not one JSON value and nothing after it. */
    NOT_JSON,
    /** A key twice in one object: which one counts would depend on the reader. */
    DUPLICATE_KEY,
    /** A field is missing, of the wrong type, or has a value that is not taken. */
    WRONG_FIELD,
    /** Turns do not alternate between user and assistant, or a system message is not first. */
    WRONG_ORDER,
    /** Nothing to read: a blank line, no message, a message without text. */
    EMPTY,
    /** Nothing to learn: no answer, or answers without text. */
    NO_ASSISTANT_TEXT;

    /** The name callers see. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
