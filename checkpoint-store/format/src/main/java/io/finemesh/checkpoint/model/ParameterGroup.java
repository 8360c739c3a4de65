package io.finemesh.checkpoint.model;

import java.util.Optional;

/** A part of the model whose tensors are stored together in one blob, and the smallest thing a block is made of. */
public sealed interface ParameterGroup {
    /** {@code embedding}, {@code layer.<index>}, {@code final} or {@code head}; never changes for a model. */
    String id();

    /** The token embedding; serves as the head too when the two are tied. */
    record Embedding() implements ParameterGroup {
        @Override
        public String id() {
            return "embedding";
        }
    }

    /**
     * One decoder layer.
     *
     * @param index from 0, input side first
     */
    record Layer(int index) implements ParameterGroup {
        private static final String PREFIX = "layer.";

        public Layer {
            if (index < 0) {
                throw new IllegalArgumentException("layer index " + index + " is negative");
            }
        }

        @Override
        public String id() {
            return PREFIX + index;
        }
    }

    /** The norm after the last layer. */
    record FinalNorm() implements ParameterGroup {
        @Override
        public String id() {
            return "final";
        }
    }

    /** The output head; absent when it is tied to the embedding. */
    record Head() implements ParameterGroup {
        @Override
        public String id() {
            return "head";
        }
    }

    /** The group with this id. */
    static Optional<ParameterGroup> withId(String id) {
        return switch (id) {
            case "embedding" -> Optional.of(new Embedding());
            case "final" -> Optional.of(new FinalNorm());
            case "head" -> Optional.of(new Head());
            default ->
                id.matches("layer\\.(0|[1-9][0-9]{0,8})")
                        ? Optional.of(new Layer(Integer.parseInt(id.substring(Layer.PREFIX.length()))))
                        : Optional.empty();
        };
    }
}
