package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.plan.blocks.PartitionSettings;
import io.finemesh.plan.blocks.Partitioning;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Settings that need less than those asked for, nearest first: less precise states, lower ranks, smaller blocks, shorter rows. */
final class MemoryAlternatives {
    /** Rows shorter than this are not proposed: a tenth of a page of text would be cut. */
    private static final int LEAST_TOKENS_PER_ROW = 64;

    private static final int LEAST_RANK = 16;

    private final MemoryPlan asked;
    private final ModelSizes sizes;
    private final long budgetBytes;

    MemoryAlternatives(MemoryPlan asked, ModelSizes sizes, long budgetBytes) {
        this.asked = asked;
        this.sizes = sizes;
        this.budgetBytes = budgetBytes;
    }

    /** What would fit, and the least anything tried would need. */
    MemoryVerdict.TooLarge find(long neededBytes) {
        List<MemoryAlternative> fitting = new ArrayList<>();
        long least = Long.MAX_VALUE;
        for (MethodShape method : methods()) {
            if (!MethodProblems.of(sizes.structure(), method).isEmpty()) {
                continue; // such as blocks so fine that nothing of their own is left beside what is always active
            }
            for (FloatFormat weights : formats()) {
                Candidate candidate = new Candidate(weights, TrainedCost.of(sizes.structure(), method, weights));
                long shortest = candidate.totalBytes(fewestTokens());
                least = Math.min(least, shortest);
                if (shortest <= budgetBytes) {
                    int tokens = candidate.mostTokens();
                    fitting.add(new MemoryAlternative(method, weights, tokens, candidate.totalBytes(tokens)));
                }
            }
        }
        return new MemoryVerdict.TooLarge(neededBytes, budgetBytes, fitting, least);
    }

    private final class Candidate {
        private final FloatFormat weights;
        private final Set<TrainedCost> costs;

        private Candidate(FloatFormat weights, Set<TrainedCost> costs) {
            this.weights = weights;
            this.costs = costs;
        }

        private long totalBytes(int tokens) {
            return MemoryPlan.highest(sizes, costs, weights, asked.batch().withTokensPerRow(tokens))
                    .totalBytes();
        }

        /** Most tokens per row, up to those asked for, that fit; the fewest do. */
        private int mostTokens() {
            int fitting = fewestTokens();
            int above = asked.batch().tokensPerRow() + 1;
            while (above - fitting > 1) {
                int middle = (fitting + above) >>> 1;
                if (totalBytes(middle) <= budgetBytes) {
                    fitting = middle;
                } else {
                    above = middle;
                }
            }
            return fitting;
        }
    }

    private int fewestTokens() {
        return Math.min(asked.batch().tokensPerRow(), LEAST_TOKENS_PER_ROW);
    }

    private Set<FloatFormat> formats() {
        Set<FloatFormat> formats = new LinkedHashSet<>();
        formats.add(asked.weights());
        formats.add(FloatFormat.BF16);
        return formats;
    }

    private Set<MethodShape> methods() {
        Set<MethodShape> methods = new LinkedHashSet<>();
        methods.add(asked.method());
        switch (asked.method()) {
            case MethodShape.AdamW _ -> {
                methods.add(new MethodShape.AdamW(InnerOptimizer.ADAMW_8BIT));
                lowerRanks(largestRank(), 1024)
                        .forEach(rank -> methods.add(
                                new MethodShape.GaLore(Projection.ofRank(rank), InnerOptimizer.ADAMW_8BIT)));
                addBlocks(new MethodShape.BAdam(PartitionSettings.LAYERS), methods);
            }
            case MethodShape.GaLore galore -> {
                methods.add(new MethodShape.GaLore(galore.projection(), InnerOptimizer.ADAMW_8BIT));
                lowerRanks(galore.projection().rank() - 1, galore.projection().rank())
                        .forEach(rank -> methods.add(
                                new MethodShape.GaLore(galore.projection().withRank(rank), InnerOptimizer.ADAMW_8BIT)));
                addBlocks(new MethodShape.BAdam(PartitionSettings.LAYERS), methods);
            }
            case MethodShape.BAdam badam -> addBlocks(badam, methods);
            case MethodShape.Lora lora -> {
                lowerRanks(lora.rank() - 1, lora.rank())
                        .forEach(rank -> methods.add(new MethodShape.Lora(rank, lora.targets(), lora.dropout())));
                addBlocks(new MethodShape.BAdam(PartitionSettings.LAYERS), methods);
            }
            case MethodShape.Lomo _, MethodShape.AdaLomo _ ->
                addBlocks(new MethodShape.BAdam(PartitionSettings.LAYERS), methods);
        }
        return methods;
    }

    /** Smaller and smaller blocks: embedding and head in rows, left out, layers cut finer, states of a byte, frozen layers in 8 bits. */
    private static void addBlocks(MethodShape.BAdam asked, Set<MethodShape> methods) {
        PartitionSettings partition = asked.partition();
        if (partition.includeEmbedding() || partition.includeHead()) {
            methods.add(new MethodShape.BAdam(
                    partition.withRowBlocks(PartitionSettings.AS_THE_LARGEST_LAYER),
                    asked.optimizer(),
                    asked.projection(),
                    asked.frozenInt8()));
        }
        List<Partitioning> finer =
                switch (partition.layers()) {
                    case Partitioning.Layers layers ->
                        List.of(layers, new Partitioning.Halves(), new Partitioning.Matrices());
                    case Partitioning.Halves halves -> List.of(halves, new Partitioning.Matrices());
                    case Partitioning.Matrices matrices -> List.of(matrices);
                    case Partitioning.Custom custom -> List.of(custom, new Partitioning.Matrices());
                };
        for (Partitioning layers : finer) {
            PartitionSettings smaller =
                    new PartitionSettings(layers, false, false, false, OptionalLong.empty(), partition.alwaysActive());
            methods.add(new MethodShape.BAdam(smaller, asked.optimizer(), asked.projection(), asked.frozenInt8()));
        }
        PartitionSettings smallest = PartitionSettings.of(finer.getLast(), false, false);
        methods.add(new MethodShape.BAdam(smallest, InnerOptimizer.ADAMW_8BIT, Optional.empty(), false));
        methods.add(new MethodShape.BAdam(PartitionSettings.LAYERS, InnerOptimizer.ADAMW, Optional.empty(), true));
        methods.add(new MethodShape.BAdam(smallest, InnerOptimizer.ADAMW_8BIT, Optional.empty(), true));
    }

    /** Powers of two up to both limits, largest first. */
    private static List<Integer> lowerRanks(int most, int limit) {
        List<Integer> ranks = new ArrayList<>();
        for (int rank = Integer.highestOneBit(Math.max(1, Math.min(most, limit))); rank >= LEAST_RANK; rank /= 2) {
            ranks.add(rank);
        }
        return ranks;
    }

    /** A quarter of the narrowest projected matrix, as in the GaLore paper's recipes. */
    private int largestRank() {
        ModelStructure structure = sizes.structure();
        return structure.tensors().stream()
                .filter(TrainedCost::isProjected)
                .map(ExpectedTensor::shape)
                .mapToInt(shape -> Math.toIntExact(Math.min(shape.get(0), shape.get(1)) / 4))
                .min()
                .orElse(1);
    }
}
