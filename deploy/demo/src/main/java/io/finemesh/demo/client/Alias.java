package io.finemesh.demo.client;

import java.util.List;
import java.util.Optional;

/**
 * An alias of a model.
 *
 * @param checkpoint what it stands for
 * @param decisions what gates decided about it, newest first
 */
public record Alias(Optional<String> checkpoint, List<Decision> decisions) {
    public Alias {
        decisions = List.copyOf(decisions);
    }
}
