package io.finemesh.plan.memory;

import java.util.Locale;

/**
 * Settings that would fit a budget.
 *
 * @param method what is trained at once
 * @param weights format in which weights are stored
 * @param tokensPerRow most tokens computed at once
 * @param totalBytes what the run would need
 */
public record MemoryAlternative(MethodShape method, FloatFormat weights, int tokensPerRow, long totalBytes) {
    /** One line for people. */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%s, %s weights, %d tokens per row: %s",
                method.describe(),
                weights.name().toLowerCase(Locale.ROOT),
                tokensPerRow,
                MemoryEstimate.readable(totalBytes));
    }
}
