package io.finemesh.plan.schedule;

/** How many optimizer steps a number of passes over the data takes. */
public final class RunLength {
    private RunLength() {}

    /**
     * Steps of so many epochs: {@code ceil(epochs * samples / batchSize)}. Samples are read as one endless stream of epochs, so a batch
     * may hold the end of one epoch and the beginning of the next, and every batch has its full size.
     *
     * @param epochs passes over the data, more than 0; need not be whole
     * @param samples training samples, at least 1
     * @param batchSize samples of one optimizer step, at least 1
     */
    public static long stepsOfEpochs(double epochs, long samples, int batchSize) {
        if (!(epochs > 0) || Double.isInfinite(epochs)) {
            throw new IllegalArgumentException("epochs must be more than 0, got " + epochs);
        }
        if (samples < 1 || batchSize < 1) {
            throw new IllegalArgumentException(
                    "samples and batch size must be at least 1, got " + samples + " and " + batchSize);
        }
        double steps = Math.ceil(epochs * samples / batchSize);
        if (steps >= Long.MAX_VALUE) {
            throw new IllegalArgumentException(
                    epochs + " epochs of " + samples + " samples are more steps than can be counted");
        }
        return (long) steps;
    }
}
