package io.finemesh.gateway.admission;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.PartitionSpecification;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.PartitionException;
import io.finemesh.plan.blocks.PartitionProblem;
import io.finemesh.plan.blocks.PartitionSettings;
import io.finemesh.plan.blocks.Partitioning;
import io.finemesh.plan.memory.InnerOptimizer;
import io.finemesh.plan.memory.LoraTargets;
import io.finemesh.plan.memory.MethodProblems;
import io.finemesh.plan.memory.MethodShape;
import io.finemesh.plan.memory.Projection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What only the model's shape shows to be wrong with a method: blocks it has not, a rank larger than a side. */
public final class MethodReferences {
    /** Fields that the plan's settings are called here. */
    private static final Map<String, String> FIELDS = Map.of(
            "blocks", "badam_blocks",
            "alwaysActive", "badam_active_modules",
            "rowBlockParameters", "badam_row_blocks",
            "includeEmbedding", "badam_include_embedding",
            "includeFinalNorm", "badam_include_final_norm",
            "includeHead", "badam_include_head",
            "layers", "badam_partition");

    private MethodReferences() {}

    /** Everything wrong, each with its place. */
    public static List<FieldProblem> problems(MethodSpecification method, ModelConfiguration model) {
        ModelStructure structure = ModelStructure.of(model);
        List<FieldProblem> problems = new ArrayList<>();
        method.projection()
                .map(projection -> new MethodShape.GaLore(Projection.ofRank(projection.rank()), InnerOptimizer.ADAMW))
                .map(shape -> MethodProblems.of(structure, shape))
                .orElse(List.of())
                .forEach(problem -> problems.add(field("galore_rank", problem)));
        method.adapter().ifPresent(adapter -> {
            List<Problem> targets = LoraTargets.problems(structure, adapter.targets());
            targets.forEach(problem -> problems.add(field("lora_target", problem)));
            if (targets.isEmpty()) {
                MethodProblems.of(
                                structure,
                                new MethodShape.Lora(adapter.rank(), LoraTargets.roles(structure, adapter.targets())))
                        .forEach(problem -> problems.add(field("lora_rank", problem)));
            }
        });
        if (method.blockwise()) {
            try {
                checkBlocks(method, BlockPartition.of(structure, settings(method)), problems);
            } catch (PartitionException refused) {
                refused.problems().forEach(problem -> problems.add(partition(problem)));
            }
        }
        return problems;
    }

    private static void checkBlocks(MethodSpecification method, List<Block> blocks, List<FieldProblem> problems) {
        String cut = "the model is cut into " + blocks.size() + " blocks";
        if (method.startBlock().isPresent() && method.startBlock().getAsInt() >= blocks.size()) {
            int start = method.startBlock().getAsInt();
            String allowed = "0 to " + (blocks.size() - 1) + ": " + cut;
            problems.add(problem(
                    "badam_start_block",
                    Integer.toString(start),
                    allowed,
                    Optional.empty(),
                    "method.badam_start_block is " + start + ", a block that does not exist; allowed: " + allowed));
        }
        int weights = method.partition()
                .orElse(PartitionSpecification.LAYERS)
                .importance()
                .size();
        if (weights != 0 && weights != blocks.size()) {
            problems.add(problem(
                    "badam_importance",
                    weights + " numbers",
                    blocks.size() + " numbers: " + cut,
                    Optional.empty(),
                    "method.badam_importance has " + weights + " numbers, but " + cut + ": "
                            + blocks.getFirst().id() + " to " + blocks.getLast().id()));
        }
    }

    private static FieldProblem field(String name, Problem problem) {
        return problem(
                name,
                problem.found(),
                problem.allowed(),
                Optional.empty(),
                "method." + name + " is " + problem.found() + "; allowed: " + problem.allowed());
    }

    private static FieldProblem partition(PartitionProblem problem) {
        // blocks[2] is /method/badam_blocks/2
        String[] subject = problem.subject().replace("]", "").split("\\[");
        String name = FIELDS.getOrDefault(subject[0], subject[0]);
        String pointer = subject.length == 1 ? name : name + "/" + subject[1];
        Optional<String> meant = problem instanceof PartitionProblem.UnknownSelector unknown
                ? Optional.of(unknown.nearest()).filter(nearest -> !nearest.isEmpty())
                : Optional.empty();
        return problem(
                pointer,
                "a partition that this model does not allow",
                problem.explain(),
                meant,
                "method." + pointer.replace('/', '.') + ": " + problem.explain());
    }

    private static FieldProblem problem(
            String name, String found, String allowed, Optional<String> suggestion, String message) {
        return new FieldProblem(
                "/method/" + name, Optional.of(found), Optional.of(allowed), suggestion, message, Optional.empty());
    }

    private static PartitionSettings settings(MethodSpecification method) {
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
