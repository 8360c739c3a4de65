package io.finemesh.plan.shuffle;

/**
 * Which sample every optimizer step reads, by random access. Samples are read as one endless stream of epochs: each epoch holds every sample once, in an order that
 * depends on (seed, epoch) alone, and step s takes positions s * B to (s + 1) * B - 1 of the stream.
 *
 * @param seed of the order
 * @param batchSize samples of a step, B, from 1
 * @param samples number of samples, from 1
 */
public record SampleOrder(long seed, int batchSize, int samples) {
    public SampleOrder {
        if (batchSize < 1 || samples < 1) {
            throw new IllegalArgumentException(
                    "an order needs a batch and samples, got a batch of " + batchSize + " of " + samples + " samples");
        }
    }

    /** The samples of an epoch, from 0, in the order in which they are read. */
    public SeededPermutation epoch(long epoch) {
        return SeededPermutation.of(Purpose.SAMPLE_ORDER, seed, epoch, samples);
    }

    /** The epoch in which a 0-based step begins, from 0. */
    public long epochOf(long step) {
        return Math.multiplyExact(step, batchSize) / samples;
    }

    /**
     * The 0-based step that first reads one of several samples.
     *
     * @param from the first of them, from 0
     * @param to the last of them, below {@link #samples}
     */
    public long firstStepOf(int from, int to) {
        if (from < 0 || to < from || to >= samples) {
            throw new IllegalArgumentException("of " + samples + " samples, none are " + from + " to " + to);
        }
        if (from == to) {
            return SeededPermutation.positionOf(Purpose.SAMPLE_ORDER, seed, 0, samples, from) / batchSize;
        }
        SeededPermutation first = epoch(0);
        int position = 0;
        while (first.at(position) < from || first.at(position) > to) {
            position++;
        }
        return position / batchSize;
    }
}
