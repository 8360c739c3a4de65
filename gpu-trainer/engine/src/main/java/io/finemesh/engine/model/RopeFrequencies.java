package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.Rope;

/** How fast each pair of a head's elements turns, by configuration ({@code modeling_rope_utils.py} of transformers). */
final class RopeFrequencies {
    private RopeFrequencies() {}

    /** Inverse frequencies of a model, one for each pair of head elements. */
    static float[] of(ModelConfiguration configuration) {
        Rope rope = configuration.rope();
        float[] frequencies = new float[configuration.headDimension() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float plain = (float) (1.0 / (float) Math.pow(rope.theta(), 2.0 * i / configuration.headDimension()));
            frequencies[i] = switch (rope.scaling()) {
                case Rope.Unscaled _ -> plain;
                case Rope.Linear linear -> (float) (plain / linear.factor());
                case Rope.Llama3 llama3 -> scaled(plain, llama3);
            };
        }
        return frequencies;
    }

    /** Long wavelengths are stretched by the factor, short ones kept, those between blended (Llama 3.1). */
    private static float scaled(float frequency, Rope.Llama3 scaling) {
        double wavelength = 2 * Math.PI / frequency;
        double longest = scaling.originalMaxPositions() / scaling.lowFrequencyFactor();
        double shortest = scaling.originalMaxPositions() / scaling.highFrequencyFactor();
        if (wavelength > longest) {
            return (float) (frequency / scaling.factor());
        }
        if (wavelength < shortest) {
            return frequency;
        }
        double smooth = (scaling.originalMaxPositions() / wavelength - scaling.lowFrequencyFactor())
                / (scaling.highFrequencyFactor() - scaling.lowFrequencyFactor());
        return (float) ((1 - smooth) * frequency / scaling.factor() + smooth * frequency);
    }
}
