package io.finemesh.score.task;

import java.util.Locale;

/** Who says a turn of a prompt. */
public enum Speaker {
    SYSTEM,
    USER,
    ASSISTANT;

    /** The role's name in chat messages. */
    public String role() {
        return name().toLowerCase(Locale.ROOT);
    }
}
