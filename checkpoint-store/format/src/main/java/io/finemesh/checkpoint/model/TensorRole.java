package io.finemesh.checkpoint.model;

/** What a tensor does in a decoder; matrices are stored [output, input] as in PyTorch. */
public enum TensorRole {
    TOKEN_EMBEDDING,
    INPUT_NORM,
    QUERY,
    QUERY_BIAS,
    KEY,
    KEY_BIAS,
    VALUE,
    VALUE_BIAS,
    ATTENTION_OUTPUT,
    ATTENTION_OUTPUT_BIAS,
    POST_ATTENTION_NORM,
    GATE,
    GATE_BIAS,
    UP,
    UP_BIAS,
    DOWN,
    DOWN_BIAS,
    FINAL_NORM,
    OUTPUT_HEAD
}
