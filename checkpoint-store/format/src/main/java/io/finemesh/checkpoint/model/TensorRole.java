package io.finemesh.checkpoint.model;

/** What a tensor does in a decoder; matrices are stored [output, input] as in PyTorch. */
public enum TensorRole {
    TOKEN_EMBEDDING,
    /** Norm before attention. */
    INPUT_NORM,
    QUERY,
    QUERY_BIAS,
    KEY,
    KEY_BIAS,
    VALUE,
    VALUE_BIAS,
    /** Query, key and value in one matrix, in this order. */
    QUERY_KEY_VALUE,
    /** Norm of each query head, before rotation. */
    QUERY_NORM,
    /** Norm of each key head, before rotation. */
    KEY_NORM,
    ATTENTION_OUTPUT,
    ATTENTION_OUTPUT_BIAS,
    /** Norm of what attention adds to the residual stream. */
    ATTENTION_OUTPUT_NORM,
    /** Norm before the MLP. */
    POST_ATTENTION_NORM,
    GATE,
    GATE_BIAS,
    UP,
    UP_BIAS,
    /** Gate and up in one matrix, in this order. */
    GATE_UP,
    DOWN,
    DOWN_BIAS,
    /** Norm of what the MLP adds to the residual stream. */
    MLP_OUTPUT_NORM,
    FINAL_NORM,
    OUTPUT_HEAD;

    /** Whether it is the weight of a norm, one number per element. */
    public boolean isNorm() {
        return switch (this) {
            case INPUT_NORM,
                    QUERY_NORM,
                    KEY_NORM,
                    ATTENTION_OUTPUT_NORM,
                    POST_ATTENTION_NORM,
                    MLP_OUTPUT_NORM,
                    FINAL_NORM -> true;
            case TOKEN_EMBEDDING,
                    QUERY,
                    QUERY_BIAS,
                    KEY,
                    KEY_BIAS,
                    VALUE,
                    VALUE_BIAS,
                    QUERY_KEY_VALUE,
                    ATTENTION_OUTPUT,
                    ATTENTION_OUTPUT_BIAS,
                    GATE,
                    GATE_BIAS,
                    UP,
                    UP_BIAS,
                    GATE_UP,
                    DOWN,
                    DOWN_BIAS,
                    OUTPUT_HEAD -> false;
        };
    }
}
