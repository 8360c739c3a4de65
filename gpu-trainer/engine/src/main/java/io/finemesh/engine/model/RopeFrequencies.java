package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.Rope;
import java.util.List;

/** How fast each pair of a head's elements turns, by its scaling ({@code modeling_rope_utils.py} of transformers). */
final class RopeFrequencies {
    private RopeFrequencies() {}

    /** Inverse frequencies, one for each pair of rotated elements, of sequences within the original context. */
    static float[] of(Rope rope) {
        return of(rope, false);
    }

    /**
     * Inverse frequencies, one for each pair of rotated elements.
     *
     * @param beyond of sequences longer than the original context
     */
    static float[] of(Rope rope, boolean beyond) {
        float[] frequencies = new float[rope.dimension() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float plain = (float) (1.0 / (float) Math.pow(rope.theta(), 2.0 * i / rope.dimension()));
            frequencies[i] = switch (rope.scaling()) {
                case Rope.Unscaled _ -> plain;
                case Rope.Linear linear -> (float) (plain / linear.factor());
                case Rope.Llama3 llama3 -> scaled(plain, llama3);
                case Rope.Yarn yarn -> blended(i, plain, rope, yarn);
                case Rope.LongRope own -> divided(i, rope, beyond ? own.longFactors() : own.shortFactors());
            };
        }
        return frequencies;
    }

    /** By what cosines and sines are multiplied. */
    static double strength(Rope rope) {
        return switch (rope.scaling()) {
            case Rope.Unscaled _, Rope.Linear _, Rope.Llama3 _ -> 1;
            case Rope.Yarn yarn -> yarn.attentionFactor();
            case Rope.LongRope own -> own.attentionFactor();
        };
    }

    private static float divided(int pair, Rope rope, List<Double> factors) {
        float slowness = (float) Math.pow(rope.theta(), 2.0 * pair / rope.dimension());
        return 1 / (factors.get(pair).floatValue() * slowness);
    }

    /** Tokens of the longest sequence that turns as {@link #of(Rope)} says; longer ones turn as beyond the original context. */
    static int longestWithin(Rope rope) {
        return switch (rope.scaling()) {
            case Rope.Unscaled _, Rope.Linear _, Rope.Llama3 _, Rope.Yarn _ -> Integer.MAX_VALUE;
            case Rope.LongRope own -> own.originalMaxPositions();
        };
    }

    /** Pairs that turn often are kept, those that turn seldom are stretched, and in between a ramp over the pair's index blends the two. */
    private static float blended(int pair, float frequency, Rope rope, Rope.Yarn yarn) {
        double low = turningPair(yarn.betaFast(), rope, yarn);
        double high = turningPair(yarn.betaSlow(), rope, yarn);
        if (yarn.truncated()) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, rope.dimension() - 1);
        if (low == high) {
            high += 0.001;
        }
        double stretched = Math.clamp((pair - low) / (high - low), 0, 1);
        return (float) (frequency / yarn.factor() * stretched + frequency * (1 - stretched));
    }

    /** Index, not whole, of the pair that turns so many times within the original context. */
    private static double turningPair(double turns, Rope rope, Rope.Yarn yarn) {
        return rope.dimension()
                * Math.log(yarn.originalMaxPositions() / (turns * 2 * Math.PI))
                / (2 * Math.log(rope.theta()));
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
