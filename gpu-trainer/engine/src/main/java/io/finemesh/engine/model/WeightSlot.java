package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.TensorRole;

/**
 * The weights a computation uses, in the order they lie in memory. Named tensors that multiply the same input share a slot, stacked along their first
 * dimension: one large product instead of three small ones.
 */
public enum WeightSlot {
    /** Token embedding, [vocabulary, hidden]; also the output head where that is tied. */
    TOKEN_EMBEDDING(true),
    /** Query, key and value projections, [(heads + 2 key-value heads) * head dimension, hidden]. */
    QUERY_KEY_VALUE(true),
    /** Their biases. */
    QUERY_KEY_VALUE_BIAS(false),
    /** Attention output projection, [hidden, heads * head dimension]. */
    ATTENTION_OUTPUT(true),
    /** Its bias. */
    ATTENTION_OUTPUT_BIAS(false),
    /** Gate and up projections of the MLP, [2 * intermediate, hidden]. */
    GATE_UP(true),
    /** Their biases. */
    GATE_UP_BIAS(false),
    /** Down projection of the MLP, [hidden, intermediate]. */
    DOWN(true),
    /** Its bias. */
    DOWN_BIAS(false),
    /** Norm before attention, [hidden]. */
    INPUT_NORM(false),
    /** Norm before the MLP, [hidden]. */
    POST_ATTENTION_NORM(false),
    /** Norm of each query head, [head dimension]. */
    QUERY_NORM(false),
    /** Norm of each key head, [head dimension]. */
    KEY_NORM(false),
    /** Norm of what attention adds, [hidden]. */
    ATTENTION_OUTPUT_NORM(false),
    /** Norm of what the MLP adds, [hidden]. */
    MLP_OUTPUT_NORM(false),
    /** Norm after the last layer, [hidden]. */
    FINAL_NORM(false),
    /** Output head, [vocabulary, hidden]. */
    OUTPUT_HEAD(true);

    private final boolean matrix;

    WeightSlot(boolean matrix) {
        this.matrix = matrix;
    }

    /** Whether it is a matrix; norms and biases are commonly not decayed. */
    public boolean isMatrix() {
        return matrix;
    }

    /** The slot a tensor of the weight file belongs to. */
    public static WeightSlot of(TensorRole role) {
        return switch (role) {
            case TOKEN_EMBEDDING -> TOKEN_EMBEDDING;
            case QUERY, KEY, VALUE, QUERY_KEY_VALUE -> QUERY_KEY_VALUE;
            case QUERY_BIAS, KEY_BIAS, VALUE_BIAS -> QUERY_KEY_VALUE_BIAS;
            case ATTENTION_OUTPUT -> ATTENTION_OUTPUT;
            case ATTENTION_OUTPUT_BIAS -> ATTENTION_OUTPUT_BIAS;
            case GATE, UP, GATE_UP -> GATE_UP;
            case GATE_BIAS, UP_BIAS -> GATE_UP_BIAS;
            case DOWN -> DOWN;
            case DOWN_BIAS -> DOWN_BIAS;
            case INPUT_NORM -> INPUT_NORM;
            case POST_ATTENTION_NORM -> POST_ATTENTION_NORM;
            case QUERY_NORM -> QUERY_NORM;
            case KEY_NORM -> KEY_NORM;
            case ATTENTION_OUTPUT_NORM -> ATTENTION_OUTPUT_NORM;
            case MLP_OUTPUT_NORM -> MLP_OUTPUT_NORM;
            case FINAL_NORM -> FINAL_NORM;
            case OUTPUT_HEAD -> OUTPUT_HEAD;
        };
    }
}
