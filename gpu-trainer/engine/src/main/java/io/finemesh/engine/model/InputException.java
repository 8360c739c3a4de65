package io.finemesh.engine.model;

/** Tokens that a model cannot read. */
public final class InputException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** What is wrong with them. */
    public enum Reason {
        /** A token id that the embedding has no row for: another tokenizer made it. */
        TOKEN_OUTSIDE_VOCABULARY,
        /** More tokens than the model has positions. */
        SEQUENCE_TOO_LONG
    }

    private final Reason reason;

    InputException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** What is wrong. */
    public Reason reason() {
        return reason;
    }
}
