package io.finemesh.gateway.document;

import java.util.List;

/**
 * A document that could be read.
 *
 * @param root its value
 * @param flaws what was found wrong on the way, in order
 */
public record Document(Value root, List<Flaw> flaws) {
    public Document {
        flaws = List.copyOf(flaws);
    }
}
