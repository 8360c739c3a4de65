package io.finemesh.dataset;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One message of a conversation.
 *
 * @param role who speaks
 * @param content what is said, verbatim
 * @param input what a question is about, where the data keeps it apart from the instruction; else empty
 * @param calls tools that the assistant calls
 */
public record Turn(Role role, String content, String input, List<ToolCall> calls) {
    public Turn {
        requireNonNull(role, "role is null");
        requireNonNull(content, "content is null");
        requireNonNull(input, "input is null");
        calls = List.copyOf(calls);
    }

    /** A turn of nothing but words. */
    public Turn(Role role, String content) {
        this(role, content, "", List.of());
    }

    /** Content and input, those that are not empty, joined by a line feed. */
    public String words() {
        return Stream.of(content, input).filter(part -> !part.isEmpty()).collect(Collectors.joining("\n"));
    }

    /** Who speaks. */
    public enum Role {
        /** Sets the scene, at most once and first. */
        SYSTEM,
        /** Asks. */
        USER,
        /** Answers; what is learned. */
        ASSISTANT,
        /** Gives the result of a call. */
        TOOL
    }
}
