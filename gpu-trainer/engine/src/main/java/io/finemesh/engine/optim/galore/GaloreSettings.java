package io.finemesh.engine.optim.galore;

import io.finemesh.checkpoint.model.Problem;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.InvalidMethodException;
import io.finemesh.engine.optim.moment.EpsilonPlacement;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.tensor.Precision;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Settings of GaLore (arXiv 2403.03507). Names in parentheses are those of LLaMA-Factory, or of the reference where that has none.
 *
 * @param rank of the projection ({@code galore_rank})
 * @param updateInterval optimizer updates between refreshes of a basis ({@code galore_update_interval}, {@code update_proj_gap})
 * @param scale factor of the projected part of an update ({@code galore_scale})
 * @param side which side is projected ({@code proj_type})
 * @param targets linear maps of decoder layers whose gradients are projected ({@code galore_target}); everything else is trained without projection
 * @param moments what the optimizer inside keeps
 * @param epsilon where its epsilon is added
 * @param refresh how a basis is computed
 * @param powerIterations of a randomised refresh, at least 1; the first refresh does three more
 * @param staggered whether the matrices take turns refreshing instead of all on the same step
 * @param adaptive lets intervals follow the subspace; empty for a fixed interval
 * @param rewarmSteps updates over which the rate of a matrix rises again after a refresh; 0 for none
 * @param transport what becomes of the moments at a refresh
 * @param basisPrecision in which bases are held
 * @param residual whether the part outside the subspace is used too, scaled column-wise and limited in growth (Fira, arXiv 2410.01623)
 * @param norm which norm counts for clipping
 */
public record GaloreSettings(
        int rank,
        int updateInterval,
        double scale,
        ProjectionSide side,
        Set<WeightSlot> targets,
        MomentKind moments,
        EpsilonPlacement epsilon,
        RefreshMethod refresh,
        int powerIterations,
        boolean staggered,
        Optional<AdaptiveInterval> adaptive,
        int rewarmSteps,
        MomentTransport transport,
        Precision basisPrecision,
        boolean residual,
        NormKind norm) {

    /** Every linear map of a layer: attention and MLP, as in the reference. */
    public static final Set<WeightSlot> ALL_TARGETS =
            Set.of(WeightSlot.QUERY_KEY_VALUE, WeightSlot.ATTENTION_OUTPUT, WeightSlot.GATE_UP, WeightSlot.DOWN);

    public GaloreSettings {
        Objects.requireNonNull(side, "side is null");
        Objects.requireNonNull(moments, "moments are null");
        Objects.requireNonNull(epsilon, "epsilon placement is null");
        Objects.requireNonNull(refresh, "refresh method is null");
        Objects.requireNonNull(adaptive, "adaptive interval is null");
        Objects.requireNonNull(transport, "moment transport is null");
        Objects.requireNonNull(basisPrecision, "basis precision is null");
        Objects.requireNonNull(norm, "norm is null");
        targets = Set.copyOf(targets);
        List<Problem> problems = new ArrayList<>();
        if (rank < 1) {
            problems.add(new Problem("galore_rank", Integer.toString(rank), "1 or more"));
        }
        if (updateInterval < 1) {
            problems.add(new Problem("galore_update_interval", Integer.toString(updateInterval), "1 or more"));
        }
        if (!(scale > 0) || Double.isInfinite(scale)) {
            problems.add(new Problem("galore_scale", Double.toString(scale), "positive and finite"));
        }
        if (targets.isEmpty() || !ALL_TARGETS.containsAll(targets)) {
            problems.add(new Problem(
                    "galore_target",
                    targets.toString(),
                    "one or more of " + EnumSet.copyOf(ALL_TARGETS)
                            + "; embeddings, heads, norms and biases are never projected"));
        }
        if (powerIterations < 1) {
            problems.add(new Problem("power iterations", Integer.toString(powerIterations), "1 or more"));
        }
        if (rewarmSteps < 0) {
            problems.add(new Problem("steps of re-warm-up", Integer.toString(rewarmSteps), "0 or more"));
        }
        adaptive.ifPresent(interval -> problems.addAll(interval.problems()));
        if (moments == MomentKind.ADAFACTOR && transport == MomentTransport.ROTATED) {
            problems.add(new Problem(
                    "moment transport ROTATED with ADAFACTOR moments",
                    "means over rows and columns, which cannot be rotated",
                    "KEPT or RESET with ADAFACTOR, or other moments"));
        }
        if (residual && side == ProjectionSide.FULL) {
            problems.add(new Problem(
                    "residual with projection of both sides",
                    "proj_type FULL, which leaves no column to scale the residual by",
                    "another proj_type with a residual, or no residual"));
        }
        if (residual && moments == MomentKind.ADAFACTOR) {
            problems.add(new Problem(
                    "residual with ADAFACTOR moments",
                    "a direction of fixed length, which the residual cannot be scaled by",
                    "ADAMW or ADAMW_8BIT with a residual, or no residual"));
        }
        InvalidMethodException.throwIfAny("GaLore", problems);
    }

    /** The reference's behaviour: exact refresh of all matrices on the same step, moments kept, 32-bit AdamW inside. */
    public static GaloreSettings reference(int rank, int updateInterval, double scale) {
        return new GaloreSettings(
                rank,
                updateInterval,
                scale,
                ProjectionSide.STD,
                ALL_TARGETS,
                MomentKind.ADAMW,
                EpsilonPlacement.BEFORE_CORRECTION,
                RefreshMethod.EXACT,
                1,
                false,
                Optional.empty(),
                0,
                MomentTransport.KEPT,
                Precision.FP32,
                false,
                NormKind.FULL);
    }

    /** The same with another side. */
    public GaloreSettings withSide(ProjectionSide other) {
        return new GaloreSettings(
                rank,
                updateInterval,
                scale,
                other,
                targets,
                moments,
                epsilon,
                refresh,
                powerIterations,
                staggered,
                adaptive,
                rewarmSteps,
                transport,
                basisPrecision,
                residual,
                norm);
    }

    /** The same with other moments. Adam in 8 bits adds epsilon after bias correction, as bitsandbytes does. */
    public GaloreSettings withMoments(MomentKind kind) {
        EpsilonPlacement placement =
                kind == MomentKind.ADAMW_8BIT ? EpsilonPlacement.AFTER_CORRECTION : EpsilonPlacement.BEFORE_CORRECTION;
        return new GaloreSettings(
                rank,
                updateInterval,
                scale,
                side,
                targets,
                kind,
                placement,
                refresh,
                powerIterations,
                staggered,
                adaptive,
                rewarmSteps,
                transport,
                basisPrecision,
                residual,
                norm);
    }

    /** The same with another way to refresh. */
    public GaloreSettings withRefresh(RefreshMethod method, int iterations, boolean turns) {
        return new GaloreSettings(
                rank,
                updateInterval,
                scale,
                side,
                targets,
                moments,
                epsilon,
                method,
                iterations,
                turns,
                adaptive,
                rewarmSteps,
                transport,
                basisPrecision,
                residual,
                norm);
    }

    /** The same with intervals that follow the subspace. */
    public GaloreSettings withAdaptive(AdaptiveInterval interval) {
        return new GaloreSettings(
                rank,
                updateInterval,
                scale,
                side,
                targets,
                moments,
                epsilon,
                refresh,
                powerIterations,
                staggered,
                Optional.of(interval),
                rewarmSteps,
                transport,
                basisPrecision,
                residual,
                norm);
    }

    /** The same with other behaviour after a refresh. */
    public GaloreSettings withTransport(MomentTransport other, int rewarm) {
        return new GaloreSettings(
                rank,
                updateInterval,
                scale,
                side,
                targets,
                moments,
                epsilon,
                refresh,
                powerIterations,
                staggered,
                adaptive,
                rewarm,
                other,
                basisPrecision,
                residual,
                norm);
    }

    /** The same with or without Fira's residual. */
    public GaloreSettings withResidual(boolean used) {
        return new GaloreSettings(
                rank,
                updateInterval,
                scale,
                side,
                targets,
                moments,
                epsilon,
                refresh,
                powerIterations,
                staggered,
                adaptive,
                rewarmSteps,
                transport,
                basisPrecision,
                used,
                norm);
    }

    /** The same with bases held otherwise, and another norm. */
    public GaloreSettings withBasis(Precision precision, NormKind kind) {
        return new GaloreSettings(
                rank,
                updateInterval,
                scale,
                side,
                targets,
                moments,
                epsilon,
                refresh,
                powerIterations,
                staggered,
                adaptive,
                rewarmSteps,
                transport,
                precision,
                residual,
                kind);
    }
}
