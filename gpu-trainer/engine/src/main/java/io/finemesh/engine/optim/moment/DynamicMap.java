package io.finemesh.engine.optim.moment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The 256 values an 8-bit code stands for: dynamic quantization (arXiv 1511.04561, arXiv 2110.02861), bit for bit the maps of bitsandbytes. Seven decades
 * share the codes, the upper ones more finely; so values of very different size in one block all keep a leading digit.
 */
public enum DynamicMap {
    /** From -0.993 to 1, for first moments. Code {@value #ZERO_OF_SIGNED} is zero. */
    SIGNED,
    /** From 0 to 1, for second moments. Code 0 is zero. */
    UNSIGNED;

    /** Codes of a map. */
    public static final int CODES = 256;

    /** The code of zero in {@link #SIGNED}. */
    public static final int ZERO_OF_SIGNED = 127;

    private static final int DECADES = 7;

    private final float[] levels;
    private final float[] midpoints;

    DynamicMap() {
        this.levels = levels(name().equals("SIGNED"));
        this.midpoints = new float[CODES - 1];
        for (int i = 0; i < midpoints.length; i++) {
            midpoints[i] = (levels[i] + levels[i + 1]) / 2;
        }
    }

    /** What each code stands for, ascending. */
    public float[] levels() {
        return levels.clone();
    }

    /** Between neighbouring values: the nearest code of x is the number of midpoints below it. */
    public float[] midpoints() {
        return midpoints.clone();
    }

    /** The code of zero. */
    public int zero() {
        return switch (this) {
            case SIGNED -> ZERO_OF_SIGNED;
            case UNSIGNED -> 0;
        };
    }

    private static float[] levels(boolean signed) {
        List<Float> all = new ArrayList<>(List.of(0f, 1f));
        for (int decade = 0; decade < DECADES; decade++) {
            int steps = 1 << (signed ? decade : decade + 1);
            float scale = (float) Math.pow(10, decade - (DECADES - 1));
            for (int i = 0; i < steps; i++) {
                float value = scale * ((boundary(i, steps) + boundary(i + 1, steps)) / 2);
                all.add(value);
                if (signed) {
                    all.add(-value);
                }
            }
        }
        float[] levels = new float[all.size()];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = all.get(i);
        }
        Arrays.sort(levels);
        return levels;
    }

    /** Point i of {@code steps + 1} from 0.1 to 1, counted from the nearer end with fused multiply-add, as LibTorch's linspace does in 32-bit floats. */
    private static float boundary(int i, int steps) {
        float step = (1f - 0.1f) / steps;
        return i < (steps + 1) / 2 ? Math.fma(step, i, 0.1f) : Math.fma(-step, steps - i, 1f);
    }
}
