package io.finemesh.gateway.view;

import java.util.OptionalDouble;

/** How fast steps come, over the last few of them. */
final class Throughput {
    private static final int WINDOW = 32;

    private final long[] millis = new long[WINDOW];
    private final int[] tokens = new int[WINDOW];
    private int oldest;
    private int size;

    /** A step was reported. Time that runs backwards means that another attempt began: what was before it says nothing any more. */
    void add(long atMillis, int stepTokens) {
        if (size > 0 && atMillis < millis[newest()]) {
            size = 0;
        }
        if (size == WINDOW) {
            oldest = (oldest + 1) % WINDOW;
            size--;
        }
        int place = (oldest + size) % WINDOW;
        millis[place] = atMillis;
        tokens[place] = stepTokens;
        size++;
    }

    /** Tokens a second; empty before the second step. */
    OptionalDouble tokensPerSecond() {
        if (elapsedSeconds() <= 0) {
            return OptionalDouble.empty();
        }
        long sum = 0;
        for (int index = 1; index < size; index++) {
            sum += tokens[(oldest + index) % WINDOW];
        }
        return OptionalDouble.of(sum / elapsedSeconds());
    }

    /** Seconds a step takes; empty before the second step. */
    OptionalDouble secondsPerStep() {
        return elapsedSeconds() <= 0 ? OptionalDouble.empty() : OptionalDouble.of(elapsedSeconds() / (size - 1));
    }

    private double elapsedSeconds() {
        return size < 2 ? 0 : (millis[newest()] - millis[oldest]) / 1000.0;
    }

    private int newest() {
        return (oldest + size - 1) % WINDOW;
    }
}
