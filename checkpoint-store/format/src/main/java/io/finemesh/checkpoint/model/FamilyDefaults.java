package io.finemesh.checkpoint.model;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What absent fields of a family's {@code config.json} mean, as in the configuration classes of transformers. A field that is there and
 * null is not absent: {@code "sliding_window": null} is no window, even where an absent field is one.
 *
 * @param activation of {@code hidden_activation} and {@code hidden_act}
 * @param maxPositions of {@code max_position_embeddings}
 * @param rmsNormEpsilon of {@code rms_norm_eps}
 * @param tied of {@code tie_word_embeddings}
 * @param keyValueHeads of {@code num_key_value_heads}; absent: as many as heads
 * @param headDimension of {@code head_dim}; absent: hidden size / heads
 * @param window of {@code sliding_window}
 * @param attentionSoftCap of {@code attn_logit_softcapping}
 * @param logitSoftCap of {@code final_logit_softcapping}
 * @param queryScalar of {@code query_pre_attn_scalar}
 * @param theta of {@code rope_theta}
 */
public record FamilyDefaults(
        Activation activation,
        int maxPositions,
        double rmsNormEpsilon,
        boolean tied,
        OptionalInt keyValueHeads,
        OptionalInt headDimension,
        OptionalInt window,
        OptionalDouble attentionSoftCap,
        OptionalDouble logitSoftCap,
        double queryScalar,
        double theta) {
    /** Of rotary layers with a window, where the configuration gives these a base of their own. */
    static final double LOCAL_THETA = 10_000;

    /** The same in every family that has it. */
    private static final double QUERY_SCALAR = 256;

    /** Most families: SiLU, 2048 positions, nothing tied, no window, no caps. */
    static Builder plain() {
        return new Builder();
    }

    /** What the Gemma families have in common. */
    static Builder gemma() {
        Builder gemma = new Builder();
        gemma.activation = Activation.GELU_TANH;
        gemma.maxPositions = 8192;
        gemma.tied = true;
        gemma.headDimension = OptionalInt.of(256);
        return gemma;
    }

    /** Says of a family only what is its own. */
    static final class Builder {
        private Activation activation = Activation.SILU;
        private int maxPositions = 2048;
        private double rmsNormEpsilon = 1e-6;
        private boolean tied;
        private OptionalInt keyValueHeads = OptionalInt.empty();
        private OptionalInt headDimension = OptionalInt.empty();
        private OptionalInt window = OptionalInt.empty();
        private OptionalDouble attentionSoftCap = OptionalDouble.empty();
        private OptionalDouble logitSoftCap = OptionalDouble.empty();
        private double theta = 10_000;

        private Builder() {}

        Builder maxPositions(int positions) {
            maxPositions = positions;
            return this;
        }

        Builder epsilon(double epsilon) {
            rmsNormEpsilon = epsilon;
            return this;
        }

        Builder keyValueHeads(int heads) {
            keyValueHeads = OptionalInt.of(heads);
            return this;
        }

        Builder headDimension(int dimension) {
            headDimension = OptionalInt.of(dimension);
            return this;
        }

        Builder window(int tokens) {
            window = OptionalInt.of(tokens);
            return this;
        }

        Builder softCaps(double attention, double logits) {
            attentionSoftCap = OptionalDouble.of(attention);
            logitSoftCap = OptionalDouble.of(logits);
            return this;
        }

        Builder theta(double base) {
            theta = base;
            return this;
        }

        FamilyDefaults build() {
            return new FamilyDefaults(
                    activation,
                    maxPositions,
                    rmsNormEpsilon,
                    tied,
                    keyValueHeads,
                    headDimension,
                    window,
                    attentionSoftCap,
                    logitSoftCap,
                    QUERY_SCALAR,
                    theta);
        }
    }
}
