package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.PartitionException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a model does not allow a method: ranks beyond a side, partitions that cannot be, targets it has not. */
public final class MethodProblems {
    private MethodProblems() {}

    /** Everything wrong; empty where the method can be planned. */
    public static List<Problem> of(ModelStructure structure, MethodShape method) {
        List<Problem> problems = new ArrayList<>();
        switch (method) {
            case MethodShape.AdamW _, MethodShape.Lomo _, MethodShape.AdaLomo _ -> {}
            case MethodShape.GaLore galore ->
                checkRank(structure, galore.projection().rank(), problems);
            case MethodShape.BAdam badam -> {
                try {
                    BlockPartition.of(structure, badam.partition());
                } catch (PartitionException refused) {
                    refused.problems()
                            .forEach(problem -> problems.add(
                                    new Problem(problem.subject(), "a partition that cannot be", problem.explain())));
                }
                badam.projection().ifPresent(projection -> checkRank(structure, projection.rank(), problems));
            }
            case MethodShape.Lora lora -> {
                List<ExpectedTensor> targets = structure.tensors().stream()
                        .filter(tensor -> lora.targets().contains(tensor.role()))
                        .toList();
                if (targets.isEmpty()) {
                    problems.add(new Problem("loraTargets", lora.targets().toString(), "matrices that the model has"));
                }
                targets.stream()
                        .filter(tensor -> tensor.shape().size() != 2)
                        .map(ExpectedTensor::role)
                        .distinct()
                        .forEach(role -> problems.add(new Problem("loraTargets", role.name(), "matrices only")));
                narrowest(targets).ifPresent(tensor -> checkRank(tensor, lora.rank(), problems));
            }
        }
        return List.copyOf(problems);
    }

    private static void checkRank(ModelStructure structure, int rank, List<Problem> problems) {
        narrowest(structure.tensors().stream().filter(TrainedCost::isProjected).toList())
                .ifPresent(tensor -> checkRank(tensor, rank, problems));
    }

    private static void checkRank(ExpectedTensor narrowest, int rank, List<Problem> problems) {
        long side = side(narrowest);
        if (rank > side) {
            problems.add(new Problem(
                    "rank",
                    Integer.toString(rank),
                    "1 to " + side + ", the shorter side of " + narrowest.name() + " " + narrowest.shape()
                            + "; a quarter of the hidden size is usual"));
        }
    }

    private static Optional<ExpectedTensor> narrowest(List<ExpectedTensor> tensors) {
        return tensors.stream()
                .filter(tensor -> tensor.shape().size() == 2)
                .min(Comparator.comparingLong(MethodProblems::side));
    }

    private static long side(ExpectedTensor matrix) {
        return Math.min(matrix.shape().get(0), matrix.shape().get(1));
    }
}
