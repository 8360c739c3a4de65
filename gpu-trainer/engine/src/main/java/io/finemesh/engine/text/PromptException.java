package io.finemesh.engine.text;

import java.util.Objects;

/** A conversation cannot be written down the way it was asked for. */
public final class PromptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Reason {
        /** The model has no chat template of its own. */
        NO_TEMPLATE,
        /** The model's chat template is not one that can be used, whatever the conversation. */
        BROKEN_TEMPLATE,
        /** The template refuses this conversation, or where the assistant speaks in it cannot be told. */
        REFUSED_CONVERSATION
    }

    private final Reason reason;

    public PromptException(Reason reason, String message) {
        this(reason, message, null);
    }

    public PromptException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason is null");
    }

    public Reason reason() {
        return reason;
    }
}
