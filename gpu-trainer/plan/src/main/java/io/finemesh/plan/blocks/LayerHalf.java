package io.finemesh.plan.blocks;

import io.finemesh.checkpoint.model.TensorRole;
import java.util.Locale;
import java.util.Optional;

/** The two residual branches of a decoder layer. */
enum LayerHalf {
    ATTENTION,
    MLP;

    /** As in block ids and selectors. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The half a tensor is in; empty for those outside the layers. A norm is in the half that reads or makes what it scales. */
    static Optional<LayerHalf> of(TensorRole role) {
        return switch (role) {
            case TOKEN_EMBEDDING, FINAL_NORM, OUTPUT_HEAD -> Optional.empty();
            case INPUT_NORM,
                    QUERY,
                    QUERY_BIAS,
                    KEY,
                    KEY_BIAS,
                    VALUE,
                    VALUE_BIAS,
                    QUERY_KEY_VALUE,
                    QUERY_NORM,
                    KEY_NORM,
                    ATTENTION_OUTPUT,
                    ATTENTION_OUTPUT_BIAS,
                    ATTENTION_OUTPUT_NORM -> Optional.of(ATTENTION);
            case POST_ATTENTION_NORM, GATE, GATE_BIAS, UP, UP_BIAS, GATE_UP, DOWN, DOWN_BIAS, MLP_OUTPUT_NORM ->
                Optional.of(MLP);
        };
    }

    /**
     * The matrix a tensor is trained with where blocks are matrices: a bias with its matrix, a norm with the matrix that reads it first or, if it scales what
     * a matrix made, with that one. Matrices are their own home.
     */
    static TensorRole home(TensorRole role) {
        return switch (role) {
            case TOKEN_EMBEDDING, FINAL_NORM, OUTPUT_HEAD -> role;
            case INPUT_NORM, QUERY, QUERY_BIAS, QUERY_NORM -> TensorRole.QUERY;
            case KEY, KEY_BIAS, KEY_NORM -> TensorRole.KEY;
            case VALUE, VALUE_BIAS -> TensorRole.VALUE;
            case QUERY_KEY_VALUE, GATE_UP -> role;
            case ATTENTION_OUTPUT, ATTENTION_OUTPUT_BIAS, ATTENTION_OUTPUT_NORM -> TensorRole.ATTENTION_OUTPUT;
            case POST_ATTENTION_NORM, GATE, GATE_BIAS -> TensorRole.GATE;
            case UP, UP_BIAS -> TensorRole.UP;
            case DOWN, DOWN_BIAS, MLP_OUTPUT_NORM -> TensorRole.DOWN;
        };
    }
}
