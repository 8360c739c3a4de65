package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

/** How far numbers are from a reference, relative to the reference's largest; printed, so that a test log is a table of what was reached. */
record Deviation(String what, double relative) {
    static Deviation of(String what, double found, double expected) {
        return of(what, new double[] {found}, new double[] {expected});
    }

    static Deviation of(String what, double[] found, double[] expected) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        double worst = 0;
        double largest = 0;
        for (int i = 0; i < found.length; i++) {
            worst = Math.max(worst, Math.abs(found[i] - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
            assertThat(found[i]).as(what + "[" + i + "]").isFinite();
        }
        return new Deviation(what, largest == 0 ? worst : worst / largest);
    }

    void isAtMost(double tolerance) {
        System.out.printf("DEVIATION %-70s %.2e (allowed %.0e)%n", what, relative, tolerance);
        assertThat(relative).as(what + ": relative deviation").isLessThanOrEqualTo(tolerance);
    }
}
