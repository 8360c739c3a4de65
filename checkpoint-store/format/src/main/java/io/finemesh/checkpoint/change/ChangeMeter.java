package io.finemesh.checkpoint.change;

import io.finemesh.checkpoint.safetensors.TensorData;

/** The arithmetic of a comparison. */
@FunctionalInterface
public interface ChangeMeter {
    /**
     * Measures one update.
     *
     * @param base before
     * @param now after; of the same shape
     */
    TensorChange measure(TensorData base, TensorData now);
}
