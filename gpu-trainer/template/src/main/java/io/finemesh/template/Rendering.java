package io.finemesh.template;

import java.util.List;
import java.util.Optional;

/**
 * A rendered template.
 *
 * @param text the result
 * @param assistantSpans characters that the template's {@code generation} blocks wrote, in order; an empty list where it has none, and
 *     nothing at all where a block wrote into a macro or captured text, whose place in the result is unknown
 */
public record Rendering(String text, Optional<List<Span>> assistantSpans) {
    /**
     * A part of the text.
     *
     * @param start first Java character
     * @param end character after the last
     */
    public record Span(int start, int end) {}
}
