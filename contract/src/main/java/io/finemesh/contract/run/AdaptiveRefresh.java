package io.finemesh.contract.run;

/**
 * How GaLore's refresh intervals follow the subspaces: each matrix has its own.
 *
 * @param growAt overlap of the bases before and after a refresh from which the interval doubles
 * @param shrinkBelow overlap under which it halves
 * @param least updates between refreshes
 * @param most updates between refreshes
 */
public record AdaptiveRefresh(double growAt, double shrinkBelow, int least, int most) {}
