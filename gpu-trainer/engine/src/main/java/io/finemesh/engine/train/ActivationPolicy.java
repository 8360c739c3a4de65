package io.finemesh.engine.train;

import io.finemesh.checkpoint.model.ModelConfiguration;

/** What is kept of a layer between forward and backward pass. The results are the same, bit for bit. */
public enum ActivationPolicy {
    /** Its graph with all intermediate values: no layer is computed twice. */
    KEEP,
    /** Its input only; the layer is computed again on the way back. Memory of one layer instead of all, for a third more work. */
    RECOMPUTE;

    /** Up to this many bytes of intermediate values are kept. */
    public static final long DEFAULT_BUDGET_BYTES = 1L << 30;

    /**
     * Keeps what fits.
     *
     * @param layers that need a graph
     * @param tokens of a micro-batch
     * @param budgetBytes for intermediate values
     */
    static ActivationPolicy choose(ModelConfiguration configuration, int layers, int tokens, long budgetBytes) {
        return layers * keptBytes(configuration, tokens) <= budgetBytes ? KEEP : RECOMPUTE;
    }

    /** About what the graph of one layer holds: 32-bit floats of both norms, the projections before and after rotation, heads, and the MLP. */
    private static long keptBytes(ModelConfiguration configuration, int tokens) {
        long headsWidth =
                (configuration.attentionHeads() + 2L * configuration.keyValueHeads()) * configuration.headDimension();
        long perToken = 8L * configuration.hiddenSize() + 5 * headsWidth + 5L * configuration.intermediateSize();
        return 4 * tokens * perToken;
    }
}
