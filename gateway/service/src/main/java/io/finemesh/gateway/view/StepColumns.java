package io.finemesh.gateway.view;

import java.util.Arrays;

/**
 * A fixed number of consecutive steps, a primitive array per figure: about 90 bytes a step and 8 more for each phase it names, where
 * objects would take ten times that. Rows that nobody wrote have epoch -1.
 */
final class StepColumns {
    static final int ROWS = 256;

    final long[] epoch = new long[ROWS];
    final long[] offset = new long[ROWS];
    final long[] order = new long[ROWS];
    final long[] millis = new long[ROWS];
    final double[] loss = new double[ROWS];
    final double[] gradientNorm = new double[ROWS];
    final double[] learningRate = new double[ROWS];
    final long[] nativeBytes = new long[ROWS];
    final int[] segment = new int[ROWS];
    final int[] tokens = new int[ROWS];
    final int[] labelledTokens = new int[ROWS];
    final short[] block = new short[ROWS];
    final boolean[] skipped = new boolean[ROWS];
    private long[][] phases = new long[0][];

    StepColumns() {
        Arrays.fill(epoch, -1);
    }

    /** Microseconds of a phase; -1 when the step did not report it. */
    long phase(int column, int row) {
        return column < phases.length && phases[column] != null ? phases[column][row] : -1;
    }

    int phaseColumns() {
        return phases.length;
    }

    void phase(int column, int row, long micros) {
        if (column >= phases.length) {
            phases = Arrays.copyOf(phases, column + 1);
        }
        if (phases[column] == null) {
            phases[column] = new long[ROWS];
            Arrays.fill(phases[column], -1);
        }
        phases[column][row] = micros;
    }

    void clearPhases(int row) {
        for (long[] column : phases) {
            if (column != null) {
                column[row] = -1;
            }
        }
    }
}
