package io.finemesh.engine.model;

import org.bytedeco.pytorch.Tensor;

/**
 * What attention needs to know besides heads: which tokens see which, and where each stands. Made once per row and shared by all layers.
 *
 * <p>Shapes: T tokens, H heads, K key-value heads, D head dimension.
 */
sealed interface AttentionContext permits PackedAttention, CachedAttention {
    /** Turns of queries and keys at the tokens' positions. @param layer index of the layer */
    RotaryEmbedding.Angles angles(int layer);

    /**
     * Causal attention within each document, as the layer's rule says.
     *
     * @param layer index of the layer
     * @param turned queries and keys after rotation, [T, H + K, D]
     * @param values [T, K, D]
     * @return [T, H * D]
     */
    Tensor attend(int layer, Tensor turned, Tensor values);
}
