package io.finemesh.workbench.parity;

/** The largest relative error among numbers compared one by one. A found value that is no number, or infinite, counts as infinitely wrong. */
final class Deviation {
    private final String subject;
    private double worst;
    private String where = "";

    Deviation(String subject) {
        this.subject = subject;
    }

    /** Compares relative to the expected value; where that is 0, relative to 1. */
    Deviation compare(String name, double found, double expected) {
        return compare(name, found, expected, Math.abs(expected));
    }

    /** Compares relative to a scale; where that is 0, relative to 1. */
    Deviation compare(String name, double found, double expected, double scale) {
        double difference = Math.abs(found - expected);
        double relative = difference == 0 ? 0 : difference / (scale == 0 ? 1 : scale);
        if (!Double.isFinite(found) || !Double.isFinite(relative)) {
            relative = Double.POSITIVE_INFINITY;
        }
        if (relative > worst || where.isEmpty()) {
            worst = relative;
            where = name;
        }
        return this;
    }

    /** Compares element by element, relative to the largest expected one. */
    Deviation compareAll(String name, double[] found, double[] expected) {
        double largest = 0;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            compare(name + "[" + i + "]", found[i], expected[i], largest);
        }
        return this;
    }

    String subject() {
        return subject;
    }

    double worst() {
        return worst;
    }

    String where() {
        return where;
    }
}
