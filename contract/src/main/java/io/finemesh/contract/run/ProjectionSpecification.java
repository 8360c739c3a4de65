package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.json.SinceForm;
import java.util.Optional;

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
 * @param adaptive how intervals follow the subspaces; absent = they are fixed
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
        boolean residual,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(3)
        Optional<AdaptiveRefresh> adaptive) {
    public ProjectionSpecification {
        requireNonNull(side, "side is null");
        requireNonNull(refresh, "refresh is null");
        requireNonNull(transport, "transport is null");
        requireNonNull(basis, "basis is null");
        adaptive = adaptive == null ? Optional.empty() : adaptive;
    }

    /** With fixed intervals. */
    public ProjectionSpecification(
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
        this(
                rank,
                refreshInterval,
                scale,
                side,
                refresh,
                staggered,
                transport,
                rewarmSteps,
                basis,
                residual,
                Optional.empty());
    }
}
