package io.finemesh.dataset;

import static java.util.Objects.requireNonNull;

/**
 * A call of a tool.
 *
 * @param name of the tool
 * @param arguments a JSON object, as text
 */
public record ToolCall(String name, String arguments) {
    public ToolCall {
        requireNonNull(name, "name is null");
        requireNonNull(arguments, "arguments is null");
    }
}
