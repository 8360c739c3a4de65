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

    static final FamilyDefaults PLAIN = new FamilyDefaults(
            Activation.SILU,
            2048,
            1e-6,
            false,
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            256,
            10_000);

    static final FamilyDefaults GEMMA = new FamilyDefaults(
            Activation.GELU_TANH,
            8192,
            1e-6,
            true,
            OptionalInt.empty(),
            OptionalInt.of(256),
            OptionalInt.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            256,
            10_000);

    FamilyDefaults withMaxPositions(int positions) {
        return new FamilyDefaults(
                activation,
                positions,
                rmsNormEpsilon,
                tied,
                keyValueHeads,
                headDimension,
                window,
                attentionSoftCap,
                logitSoftCap,
                queryScalar,
                theta);
    }

    FamilyDefaults withEpsilon(double epsilon) {
        return new FamilyDefaults(
                activation,
                maxPositions,
                epsilon,
                tied,
                keyValueHeads,
                headDimension,
                window,
                attentionSoftCap,
                logitSoftCap,
                queryScalar,
                theta);
    }

    FamilyDefaults withKeyValueHeads(int heads) {
        return new FamilyDefaults(
                activation,
                maxPositions,
                rmsNormEpsilon,
                tied,
                OptionalInt.of(heads),
                headDimension,
                window,
                attentionSoftCap,
                logitSoftCap,
                queryScalar,
                theta);
    }

    FamilyDefaults withHeadDimension(int dimension) {
        return new FamilyDefaults(
                activation,
                maxPositions,
                rmsNormEpsilon,
                tied,
                keyValueHeads,
                OptionalInt.of(dimension),
                window,
                attentionSoftCap,
                logitSoftCap,
                queryScalar,
                theta);
    }

    FamilyDefaults withWindow(int tokens) {
        return new FamilyDefaults(
                activation,
                maxPositions,
                rmsNormEpsilon,
                tied,
                keyValueHeads,
                headDimension,
                OptionalInt.of(tokens),
                attentionSoftCap,
                logitSoftCap,
                queryScalar,
                theta);
    }

    FamilyDefaults withSoftCaps(double attention, double logits) {
        return new FamilyDefaults(
                activation,
                maxPositions,
                rmsNormEpsilon,
                tied,
                keyValueHeads,
                headDimension,
                window,
                OptionalDouble.of(attention),
                OptionalDouble.of(logits),
                queryScalar,
                theta);
    }

    FamilyDefaults withTheta(double base) {
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
                queryScalar,
                base);
    }
}
