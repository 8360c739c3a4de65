package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.ModelConfiguration;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How scores become weights: {@code softmax(cap(q·k * scale) + mask)}, in this order, in 32-bit floats.
 *
 * @param scale by which products of queries and keys are multiplied
 * @param softCap c of {@code c * tanh(score / c)}; absent for none
 * @param window a token sees itself and the {@code window - 1} tokens before it; absent: all before it
 */
record AttentionRule(double scale, OptionalDouble softCap, OptionalInt window) {
    /** The rule of a layer. */
    static AttentionRule of(ModelConfiguration configuration, int layer) {
        return new AttentionRule(
                configuration.parts().attentionScale(),
                configuration.parts().attentionSoftCap(),
                configuration.attention(layer).window());
    }

    /** Whether a token sees another of its document. */
    boolean sees(int token, int other) {
        return other <= token && (window.isEmpty() || other > token - window.getAsInt());
    }

    /** The first position a token sees. */
    int firstSeen(int token) {
        return window.isEmpty() ? 0 : Math.max(0, token - window.getAsInt() + 1);
    }

    /** Whether some token of a document of this length does not see all before it. */
    boolean windowBinds(int length) {
        return window.isPresent() && window.getAsInt() < length;
    }
}
