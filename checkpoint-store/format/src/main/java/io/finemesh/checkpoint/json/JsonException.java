package io.finemesh.checkpoint.json;

/** The text is not the JSON that was asked for; the message says what was found and where, on one line. */
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message what was found, on one line */
    public JsonException(String message) {
        super(message);
    }

    /**
     * @param message what was found, on one line
     * @param cause the parser's own words
     */
    public JsonException(String message, Throwable cause) {
        super(message, cause);
    }
}
