package io.finemesh.workbench.bench;

import java.util.List;

/** The middle of figures. */
final class Medians {
    private Medians() {}

    /** Of an even number, the mean of the two in the middle. */
    static double of(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
