package io.finemesh.trainer.segment;

import io.finemesh.contract.run.AdapterSpecification;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.MomentForm;
import io.finemesh.contract.run.OptimizerSpecification;
import io.finemesh.contract.run.PartitionSpecification;
import io.finemesh.contract.run.ProjectionSpecification;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.galore.AdaptiveInterval;
import io.finemesh.engine.optim.galore.GaloreSettings;
import io.finemesh.engine.optim.galore.MomentTransport;
import io.finemesh.engine.optim.galore.NormKind;
import io.finemesh.engine.optim.galore.ProjectionSide;
import io.finemesh.engine.optim.galore.RefreshMethod;
import io.finemesh.engine.optim.lomo.LomoRule;
import io.finemesh.engine.optim.lora.LoraSettings;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.train.Method;
import io.finemesh.plan.blocks.PartitionSettings;
import io.finemesh.plan.blocks.Partitioning;
import java.util.Set;

/** A method as the contract says it, in the words of the engine and the plan. */
final class MethodPlan {
    /** Products of a randomised refresh after the first: the basis before is close already. */
    private static final int POWER_ITERATIONS = 1;

    private MethodPlan() {}

    /**
     * What the engine runs.
     *
     * @throws IllegalArgumentException if settings do not go together; the message names them
     */
    static Method method(MethodSpecification specification, OptimizerSpecification optimizer) {
        if (specification.frozenInt8() && !specification.blockwise()) {
            throw new IllegalArgumentException("frozen layers are to be held as 8-bit integers, but "
                    + specification.method() + " freezes none; only BADAM does");
        }
        AdamHyperparameters adam = new AdamHyperparameters(
                optimizer.beta1(),
                optimizer.beta2(),
                optimizer.epsilon(),
                optimizer.weightDecay(),
                AdamHyperparameters.Decay.MATRICES);
        MomentKind moments =
                switch (specification.moments().orElse(MomentForm.ADAMW)) {
                    case ADAMW -> MomentKind.ADAMW;
                    case ADAMW_8BIT -> MomentKind.ADAMW_8BIT;
                    case ADAFACTOR -> MomentKind.ADAFACTOR;
                };
        return switch (specification.method()) {
            case ADAMW -> new Method.AdamW(adam, moments, rounding(specification, WeightRounding.MASTER));
            case BADAM ->
                new Method.BAdam(
                        adam, moments, specification.projection().map(projection -> galore(projection, moments)));
            case GALORE ->
                new Method.GaLore(
                        adam,
                        galore(
                                specification
                                        .projection()
                                        .orElseThrow(() -> new IllegalArgumentException(
                                                "the method is GaLore, but it has no projection")),
                                moments),
                        rounding(specification, WeightRounding.STOCHASTIC));
            case LOMO -> new Method.Lomo(LomoRule.LOMO, adam, rounding(specification, WeightRounding.STOCHASTIC));
            case ADALOMO -> new Method.Lomo(LomoRule.ADALOMO, adam, rounding(specification, WeightRounding.STOCHASTIC));
            case LORA -> {
                AdapterSpecification adapter = specification
                        .adapter()
                        .orElseThrow(() -> new IllegalArgumentException("the method is LoRA, but it has no adapter"));
                yield new Method.Lora(
                        adam,
                        new LoraSettings(
                                adapter.rank(),
                                adapter.alpha(),
                                Set.copyOf(adapter.targets()),
                                adapter.dropout().orElse(0)));
            }
        };
    }

    private static WeightRounding rounding(MethodSpecification specification, WeightRounding usual) {
        return specification
                .rounding()
                .map(rounding -> switch (rounding) {
                    case MASTER -> WeightRounding.MASTER;
                    case STOCHASTIC -> WeightRounding.STOCHASTIC;
                    case KAHAN -> WeightRounding.KAHAN;
                })
                .orElse(usual);
    }

    private static GaloreSettings galore(ProjectionSpecification projection, MomentKind moments) {
        ProjectionSide side =
                switch (projection.side()) {
                    case STD -> ProjectionSide.STD;
                    case REVERSE_STD -> ProjectionSide.REVERSE_STD;
                    case LEFT -> ProjectionSide.LEFT;
                    case RIGHT -> ProjectionSide.RIGHT;
                    case FULL -> ProjectionSide.FULL;
                };
        RefreshMethod refresh =
                switch (projection.refresh()) {
                    case EXACT -> RefreshMethod.EXACT;
                    case RANDOMISED -> RefreshMethod.RANDOMISED;
                };
        MomentTransport transport =
                switch (projection.transport()) {
                    case KEPT -> MomentTransport.KEPT;
                    case ROTATED -> MomentTransport.ROTATED;
                    case RESET -> MomentTransport.RESET;
                };
        Precision basis =
                switch (projection.basis()) {
                    case FP32 -> Precision.FP32;
                    case BF16 -> Precision.BF16;
                };
        GaloreSettings settings = GaloreSettings.reference(
                        projection.rank(), projection.refreshInterval(), projection.scale())
                .withSide(side)
                .withMoments(moments)
                .withRefresh(refresh, POWER_ITERATIONS, projection.staggered())
                .withTransport(transport, projection.rewarmSteps())
                .withResidual(projection.residual())
                .withBasis(basis, NormKind.FULL);
        return projection
                .adaptive()
                .map(rule -> settings.withAdaptive(
                        new AdaptiveInterval(rule.growAt(), rule.shrinkBelow(), rule.least(), rule.most())))
                .orElse(settings);
    }

    /** How the model is cut into blocks. */
    static PartitionSettings partition(MethodSpecification method) {
        PartitionSpecification partition = method.partition().orElse(PartitionSpecification.LAYERS);
        Partitioning layers =
                switch (partition.cut()) {
                    case LAYER -> new Partitioning.Layers();
                    case HALF -> new Partitioning.Halves();
                    case MATRIX -> new Partitioning.Matrices();
                    case CUSTOM -> new Partitioning.Custom(partition.blocks());
                };
        return new PartitionSettings(
                layers,
                method.includeEmbedding(),
                partition.includeFinalNorm(),
                method.includeHead(),
                partition.rowBlockParameters(),
                partition.alwaysActive());
    }
}
