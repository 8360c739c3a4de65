package io.finemesh.plan.blocks;

/** How many optimizer steps a block is trained before the next one (K; BAdam's {@code switch_block_every}). */
public final class SwitchInterval {
    /** Least steps of an automatic interval: fewer would leave Adam's moments cold for most of a visit. */
    public static final int AUTOMATIC_LEAST = 50;

    /** Most steps of an automatic interval. */
    public static final int AUTOMATIC_MOST = 100;

    private SwitchInterval() {}

    /**
     * K = min(max(n / (B * D), 50), 100), rounded to the nearest integer (BAdam paper, arXiv 2404.02827, hyper-parameter K): a block-epoch is then
     * about one pass over the data, spread evenly over the blocks.
     *
     * @param samples training samples n
     * @param batchSize samples of one optimizer step B
     * @param blockCount blocks D
     */
    public static int automatic(long samples, int batchSize, int blockCount) {
        if (samples < 1 || batchSize < 1 || blockCount < 1) {
            throw new IllegalArgumentException(
                    "an automatic switch interval needs samples, batch size and blocks of at least 1, got " + samples
                            + ", " + batchSize + " and " + blockCount);
        }
        long spread = Math.round(samples / ((double) batchSize * blockCount));
        return Math.clamp(spread, AUTOMATIC_LEAST, AUTOMATIC_MOST);
    }
}
