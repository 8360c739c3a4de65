package io.finemesh.checkpoint.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The non-linearity of the feed-forward part. */
public enum Activation {
    /** x * sigmoid(x), Hugging Face {@code silu}; {@code swish} is the same function. */
    SILU("silu", "swish"),
    /** The approximation of GELU by tanh; {@code gelu_new} is the same function. */
    GELU_TANH("gelu_pytorch_tanh", "gelu_new"),
    /** x * Φ(x), exactly. */
    GELU("gelu");

    private final List<String> names;

    Activation(String... names) {
        this.names = List.of(names);
    }

    /** The values of {@code hidden_act} that mean this function, the usual one first. */
    public List<String> names() {
        return names;
    }

    /** The function of this name. */
    static Optional<Activation> named(String name) {
        return Arrays.stream(values())
                .filter(activation -> activation.names.contains(name))
                .findFirst();
    }

    /** All names, for messages. */
    static String allNames() {
        return Arrays.stream(values())
                .flatMap(activation -> activation.names.stream())
                .collect(Collectors.joining(", "));
    }
}
