package io.finemesh.engine.text;

import java.util.Objects;

/**
 * A call of a tool.
 *
 * @param name of the tool
 * @param arguments a JSON object, as text
 */
public record ToolCall(String name, String arguments) {
    public ToolCall {
        Objects.requireNonNull(name, "name is null");
        Objects.requireNonNull(arguments, "arguments is null");
    }
}
