package io.finemesh.gateway.admission;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.plan.blocks.BlockPartition;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Problems that show only when a specification is held against what exists. */
public final class References {
    private References() {}

    /** A name that nobody holds. */
    public static FieldProblem missing(String pointer, String name, String kind, Collection<String> existing) {
        List<String> near = NearestName.several(name, existing, 3);
        String allowed = existing.isEmpty()
                ? "a " + kind + " that exists; there is none yet"
                : "a " + kind + " that exists: " + some(existing);
        String meant = near.isEmpty() ? "" : "; did you mean " + String.join(", ", near) + "?";
        return new FieldProblem(
                pointer,
                Optional.of('"' + name + '"'),
                Optional.of(allowed),
                near.stream().findFirst(),
                Problems.field(pointer) + " is \"" + name + "\", but there is no such " + kind + meant,
                Optional.empty());
    }

    /**
     * A first block that the model does not have.
     *
     * @param model what the run starts from
     */
    public static Optional<FieldProblem> startBlock(MethodSpecification method, ModelConfiguration model) {
        OptionalInt start = method.startBlock();
        int blocks = BlockPartition.layers(ModelStructure.of(model), method.includeEmbedding(), method.includeHead())
                .size();
        if (start.isEmpty() || start.getAsInt() < blocks) {
            return Optional.empty();
        }
        String allowed = "0 to " + (blocks - 1) + ": the model is cut into " + blocks + " blocks";
        return Optional.of(new FieldProblem(
                "/method/badam_start_block",
                Optional.of(Integer.toString(start.getAsInt())),
                Optional.of(allowed),
                Optional.empty(),
                "method.badam_start_block is " + start.getAsInt() + ", a block that does not exist; allowed: "
                        + allowed,
                Optional.empty()));
    }

    private static String some(Collection<String> names) {
        List<String> first = names.stream().sorted().limit(10).toList();
        return String.join(", ", first) + (names.size() > first.size() ? ", ..." : "");
    }
}
