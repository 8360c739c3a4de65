package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

/**
 * GaLore's projection.
 *
 * @param rank of the subspace
 * @param refreshInterval optimizer updates between refreshes
 * @param scale factor of projected updates
 * @param side which dimension is projected
 * @param refresh how a basis is found
 * @param staggered matrices take turns refreshing
 * @param transport what becomes of moments at a refresh
 * @param rewarmSteps updates over which the rate rises again after a refresh
 * @param basis format of the bases
 * @param residual what the projection leaves out is used too (Fira)
 */
public record ProjectionSpecification(
        int rank,
        int refreshInterval,
        double scale,
        ProjectedSide side,
        SubspaceRefresh refresh,
        boolean staggered,
        MomentTransfer transport,
        int rewarmSteps,
        Precision basis,
        boolean residual) {
    public ProjectionSpecification {
        requireNonNull(side, "side is null");
        requireNonNull(refresh, "refresh is null");
        requireNonNull(transport, "transport is null");
        requireNonNull(basis, "basis is null");
    }
}
