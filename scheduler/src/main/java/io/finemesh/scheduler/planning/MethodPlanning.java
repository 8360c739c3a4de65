package io.finemesh.scheduler.planning;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.AdapterSpecification;
import io.finemesh.contract.run.BatchSpecification;
import io.finemesh.contract.run.BlockOrder;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.MomentForm;
import io.finemesh.contract.run.PartitionSpecification;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.ProjectionSpecification;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.PartitionException;
import io.finemesh.plan.blocks.PartitionSettings;
import io.finemesh.plan.blocks.Partitioning;
import io.finemesh.plan.memory.BatchShape;
import io.finemesh.plan.memory.FloatFormat;
import io.finemesh.plan.memory.InnerOptimizer;
import io.finemesh.plan.memory.LoraTargets;
import io.finemesh.plan.memory.MemoryPlan;
import io.finemesh.plan.memory.MethodProblems;
import io.finemesh.plan.memory.MethodShape;
import io.finemesh.plan.memory.Projection;
import io.finemesh.plan.memory.WeightCopy;
import java.util.ArrayList;
import java.util.List;

/** What a method means for a model: its blocks, what it does not allow, its memory. */
final class MethodPlanning {
    private MethodPlanning() {}

    /**
     * Blocks of a block-wise method, from the input upwards; none where all parameters are trained at once.
     *
     * @throws PartitionException if the model has no such blocks
     */
    static List<Block> blocks(ModelConfiguration model, MethodSpecification method) {
        return method.blockwise() ? BlockPartition.of(ModelStructure.of(model), partition(method)) : List.of();
    }

    /** The blocks, or objections and none. */
    static List<Block> check(ModelConfiguration model, MethodSpecification method, Objections objections) {
        List<Problem> problems = new ArrayList<>(method.adapter()
                .map(adapter -> LoraTargets.problems(ModelStructure.of(model), adapter.targets()))
                .orElse(List.of()));
        if (problems.isEmpty()) {
            problems.addAll(MethodProblems.of(ModelStructure.of(model), shape(model, method)));
        }
        problems.forEach(problem -> objections.add(FailureCode.INVALID_SPECIFICATION, "method: " + problem.describe()));
        try {
            List<Block> blocks = blocks(model, method);
            checkBlocks(method, blocks, objections);
            return blocks;
        } catch (PartitionException said) {
            return List.of(); // among the method's problems above
        }
    }

    private static void checkBlocks(MethodSpecification method, List<Block> blocks, Objections objections) {
        if (!method.blockwise()) {
            return;
        }
        method.startBlock()
                .ifPresent(start -> objections.require(
                        start >= 0 && start < blocks.size(),
                        "startBlock is " + start + ", allowed: 0 to " + (blocks.size() - 1) + " ("
                                + blocks.getFirst().id() + " to "
                                + blocks.getLast().id() + ")"));
        List<Double> importance = importance(method);
        int needed = method.blockOrder() == BlockOrder.IMPORTANCE && !method.measuresImportance() ? blocks.size() : 0;
        objections.require(
                importance.size() == needed,
                "importance has " + importance.size() + " numbers, allowed: " + needed + " with blockOrder "
                        + method.blockOrder() + " and " + blocks.size() + " blocks");
        importance.forEach(number -> objections.require(
                number > 0 && Double.isFinite(number),
                "importance has " + number + ", allowed: finite numbers above 0"));
    }

    /** Importance of each block; empty where the order needs none, or measures it. */
    static List<Double> importance(MethodSpecification method) {
        return method.partition().map(PartitionSpecification::importance).orElse(List.of());
    }

    private static PartitionSettings partition(MethodSpecification method) {
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

    /** The memory a run needs. */
    static MemoryPlan memory(ModelConfiguration model, RunSpecification specification) {
        return new MemoryPlan(
                model,
                shape(model, specification.method()),
                format(specification.precision()),
                rows(specification.batch()));
    }

    /** A trainer computes a micro-batch at once: packed into rows that take all its samples at the cut-off. */
    private static BatchShape rows(BatchSpecification batch) {
        return BatchShape.ofMicroBatches(
                        batch.samplesPerStep(), batch.gradientAccumulationSteps(), batch.cutoffTokens())
                .withRows(batch.gradientAccumulationSteps());
    }

    private static MethodShape shape(ModelConfiguration model, MethodSpecification method) {
        InnerOptimizer moments =
                switch (method.moments().orElse(MomentForm.ADAMW)) {
                    case ADAMW -> InnerOptimizer.ADAMW;
                    case ADAMW_8BIT -> InnerOptimizer.ADAMW_8BIT;
                    case ADAFACTOR -> InnerOptimizer.ADAFACTOR;
                };
        return switch (method.method()) {
            case ADAMW -> new MethodShape.AdamW(moments, copy(method, WeightCopy.MASTER));
            case BADAM ->
                new MethodShape.BAdam(
                        partition(method),
                        moments,
                        method.projection().map(MethodPlanning::projection),
                        method.frozenInt8());
            case GALORE ->
                new MethodShape.GaLore(
                        projection(method.projection()
                                .orElseThrow(() -> new IllegalArgumentException("GaLore has no projection"))),
                        moments,
                        copy(method, WeightCopy.NONE));
            case LOMO -> new MethodShape.Lomo(copy(method, WeightCopy.NONE));
            case ADALOMO -> new MethodShape.AdaLomo(copy(method, WeightCopy.NONE));
            case LORA -> {
                AdapterSpecification adapter =
                        method.adapter().orElseThrow(() -> new IllegalArgumentException("LoRA has no adapter"));
                yield new MethodShape.Lora(
                        adapter.rank(),
                        LoraTargets.roles(ModelStructure.of(model), adapter.targets()),
                        adapter.dropout().isPresent());
            }
        };
    }

    private static WeightCopy copy(MethodSpecification method, WeightCopy usual) {
        return method.rounding()
                .map(rounding -> switch (rounding) {
                    case MASTER -> WeightCopy.MASTER;
                    case STOCHASTIC -> WeightCopy.NONE;
                    case KAHAN -> WeightCopy.COMPENSATION;
                })
                .orElse(usual);
    }

    private static Projection projection(ProjectionSpecification projection) {
        Projection.Side side =
                switch (projection.side()) {
                    case STD -> Projection.Side.STD;
                    case REVERSE_STD -> Projection.Side.REVERSE_STD;
                    case LEFT -> Projection.Side.LEFT;
                    case RIGHT -> Projection.Side.RIGHT;
                    case FULL -> Projection.Side.FULL;
                };
        return new Projection(projection.rank(), side, format(projection.basis()), projection.residual());
    }

    private static FloatFormat format(Precision precision) {
        return switch (precision) {
            case FP32 -> FloatFormat.FP32;
            case BF16 -> FloatFormat.BF16;
        };
    }
}
