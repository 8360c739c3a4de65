package io.finemesh.dataset;

import static java.util.Objects.requireNonNull;

/**
 * One message of a conversation.
 *
 * @param role who speaks
 * @param content what is said, verbatim
 */
public record Turn(Role role, String content) {
    public Turn {
        requireNonNull(role, "role is null");
        requireNonNull(content, "content is null");
    }

    /** Who speaks. */
    public enum Role {
        /** Sets the scene, at most once and first. */
        SYSTEM,
        /** Asks. */
        USER,
        /** Answers; what is learned. */
        ASSISTANT
    }
}
