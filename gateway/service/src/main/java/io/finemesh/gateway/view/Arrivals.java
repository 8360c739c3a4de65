package io.finemesh.gateway.view;

import java.util.Arrays;

/**
 * In which order a run's occurrences arrived: eight bytes each. An entry is either the number of a step, told by the ledger, or the
 * place of another occurrence in the run's list.
 */
final class Arrivals {
    private long[] entries = new long[64];
    private int size;

    int size() {
        return size;
    }

    void addStep(long step) {
        add(step);
    }

    void addMoment(int index) {
        add(-1L - index);
    }

    boolean isStep(int order) {
        return entries[order] >= 0;
    }

    long step(int order) {
        return entries[order];
    }

    int moment(int order) {
        return Math.toIntExact(-1L - entries[order]);
    }

    private void add(long entry) {
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, size * 2);
        }
        entries[size++] = entry;
    }
}
