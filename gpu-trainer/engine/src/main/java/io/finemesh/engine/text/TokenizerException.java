package io.finemesh.engine.text;

import java.util.Objects;

/** A tokenizer cannot be used, or not with this model. */
public final class TokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Reason {
        /** The file cannot be read. */
        UNREADABLE,
        /** The file is not a {@code tokenizer.json} that the tokenizer library accepts. */
        MALFORMED,
        /** A token id is outside the model's vocabulary: tokenizer and model do not belong together. */
        VOCABULARY_MISMATCH,
        /** The template or the caller needs a special token that the tokenizer or the configuration does not name. */
        MISSING_SPECIAL_TOKEN
    }

    private final Reason reason;

    public TokenizerException(Reason reason, String message) {
        this(reason, message, null);
    }

    public TokenizerException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason is null");
    }

    public Reason reason() {
        return reason;
    }
}
