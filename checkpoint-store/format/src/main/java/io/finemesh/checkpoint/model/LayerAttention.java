package io.finemesh.checkpoint.model;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * What one layer's attention reaches, and how its positions are encoded.
 *
 * @param window a token sees itself and the {@code window - 1} tokens before it; absent: all before it
 * @param rope rotary position embedding of the layer
 */
public record LayerAttention(OptionalInt window, Rope rope) {
    public LayerAttention {
        Objects.requireNonNull(rope, "a layer has a rotary position embedding");
        if (window.isPresent() && window.getAsInt() < 1) {
            throw new IllegalArgumentException("a window has at least 1 token, got " + window.getAsInt());
        }
    }
}
