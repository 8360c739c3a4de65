package io.finemesh.checkpoint.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How many directions an update has: figures of the singular values of its matrix.
 *
 * @param fullRank singular values there are, the smaller extent of the matrix
 * @param effectiveRank exp of the entropy of the singular values divided by their sum, from 1 to {@code fullRank}: equal values give their number (Roy and Vetterli, "The effective rank: a measure of effective
 *     dimensionality", 2007)
 * @param rankOfNinety fewest largest singular values whose squares make up 90 % of the sum of all squares: what an update of low rank keeps small, and one of high rank does not (BAdam, figure 2)
 * @param explained cumulative explained variance: what share of the sum of all squares the largest singular values make up, at 1, 2, 4, 8 and so on of them, and at all
 */
public record Spectrum(int fullRank, double effectiveRank, int rankOfNinety, List<Explained> explained) {
    /** Share of the sum of squares that {@link #rankOfNinety} is about. */
    public static final double MOST = 0.9;

    /**
     * A point of the cumulative explained variance.
     *
     * @param values largest singular values that are counted
     * @param share of the sum of all squares, above 0 and at most 1
     */
    public record Explained(int values, double share) {}

    public Spectrum {
        explained = List.copyOf(explained);
    }

    /**
     * The figures of singular values in any order.
     *
     * @throws IllegalArgumentException if one is negative or not finite, or none is above 0: no direction has then a share
     */
    public static Spectrum of(double[] singularValues) {
        double[] ascending = singularValues.clone();
        Arrays.sort(ascending);
        int count = ascending.length;
        if (count == 0 || ascending[0] < 0 || !Double.isFinite(ascending[count - 1]) || ascending[count - 1] == 0) {
            throw new IllegalArgumentException(
                    "singular values must be finite, not negative, and one of them above 0; found "
                            + (count == 0 ? "none" : ascending[0] + " to " + ascending[count - 1]));
        }
        // By the largest, so that squares of small updates stay numbers; summed from the smallest, so that none gets
        // lost.
        double largest = ascending[count - 1];
        double sum = 0;
        double squares = 0;
        for (double value : ascending) {
            sum += value / largest;
            squares += value / largest * (value / largest);
        }
        double entropy = 0;
        for (double value : ascending) {
            double share = value / largest / sum;
            entropy -= share == 0 ? 0 : share * Math.log(share);
        }
        int ninety = 0;
        double cumulated = 0;
        List<Explained> explained = new ArrayList<>();
        for (int values = 1; values <= count; values++) {
            double value = ascending[count - values] / largest;
            cumulated += value * value;
            double share = values == count ? 1 : Math.min(1, cumulated / squares);
            if (ninety == 0 && share >= MOST) {
                ninety = values;
            }
            if (Integer.bitCount(values) == 1 || values == count) {
                explained.add(new Explained(values, share));
            }
        }
        return new Spectrum(count, Math.clamp(Math.exp(entropy), 1.0, count), ninety, explained);
    }
}
