package io.finemesh.checkpoint.model;

import java.util.List;

/** The non-linearity of the feed-forward part. */
public enum Activation {
    /** x * sigmoid(x), Hugging Face {@code silu}; {@code swish} is the same function. */
    SILU("silu", "swish");

    private final List<String> names;

    Activation(String... names) {
        this.names = List.of(names);
    }

    /** The values of {@code hidden_act} that mean this function, the usual one first. */
    public List<String> names() {
        return names;
    }
}
