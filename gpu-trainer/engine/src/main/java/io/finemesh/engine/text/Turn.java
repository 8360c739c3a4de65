package io.finemesh.engine.text;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one side says at once.
 *
 * @param role who says it
 * @param content the words, verbatim; may be empty
 * @param input what a question is about, where the data keeps it apart from the instruction; else empty
 * @param calls tools that an assistant calls
 */
public record Turn(Role role, String content, String input, List<ToolCall> calls) {
    public Turn {
        Objects.requireNonNull(role, "role is null");
        Objects.requireNonNull(content, "content is null");
        Objects.requireNonNull(input, "input is null");
        calls = List.copyOf(calls);
    }

    /** A turn of nothing but words. */
    public Turn(Role role, String content) {
        this(role, content, "", List.of());
    }

    public static Turn system(String content) {
        return new Turn(Role.SYSTEM, content);
    }

    public static Turn user(String content) {
        return new Turn(Role.USER, content);
    }

    public static Turn assistant(String content) {
        return new Turn(Role.ASSISTANT, content);
    }

    /** Content and input, those that are not empty, joined by a line feed, as LLaMA-Factory joins them. */
    public String words() {
        return Stream.of(content, input).filter(part -> !part.isEmpty()).collect(Collectors.joining("\n"));
    }
}
