package io.finemesh.engine.text;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Who speaks. */
public enum Role {
    /** Sets the scene; at most once, first. */
    SYSTEM,
    /** Asks. */
    USER,
    /** Answers: what the model learns to say. */
    ASSISTANT,
    /** Gives the result of a call. */
    TOOL;

    /** As in data files: {@code system}, {@code user}, {@code assistant}, {@code tool}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role with this name in data files. */
    public static Optional<Role> ofWireName(String name) {
        return Stream.of(values()).filter(role -> role.wireName().equals(name)).findFirst();
    }
}
