package io.finemesh.plan.blocks;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Parameters that are trained together while all others stand still: whole parameter groups, or slices of their tensors.
 *
 * @param id such as {@code embedding}, {@code layer.3}, {@code layer.3.attention} or {@code head.rows.0}; unique in a partition and stable across
 *     versions, as it is written to ledgers
 * @param groups the parameter groups the block has a part in, in model order; never empty
 * @param slices the trained parts of those groups, at most one per tensor; empty where the groups are trained whole
 */
public record Block(String id, List<ParameterGroup> groups, List<TensorSlice> slices) {
    public Block {
        Objects.requireNonNull(id, "id is null");
        groups = List.copyOf(groups);
        slices = List.copyOf(slices);
        if (groups.isEmpty()) {
            throw new IllegalArgumentException("block " + id + " has no parameter group");
        }
        for (int i = 0; i < slices.size(); i++) {
            TensorSlice slice = slices.get(i);
            if (!groups.contains(slice.tensor().group())) {
                throw new IllegalArgumentException(
                        "block " + id + " has a slice of " + slice.describe() + " but not its group");
            }
            for (TensorSlice other : slices.subList(0, i)) {
                if (slice.tensor().name().equals(other.tensor().name())) {
                    throw new IllegalArgumentException("block " + id + " has both " + other.describe() + " and "
                            + slice.describe() + "; allowed: one slice of a tensor");
                }
            }
        }
    }

    /** A block of whole parameter groups. */
    public Block(String id, List<ParameterGroup> groups) {
        this(id, groups, List.of());
    }

    /** A block of slices, in model order; where they are all of their groups, the groups themselves. */
    static Block of(String id, ModelStructure structure, List<TensorSlice> slices) {
        Set<ParameterGroup> found = new LinkedHashSet<>();
        slices.forEach(slice -> found.add(slice.tensor().group()));
        List<ParameterGroup> groups =
                structure.groups().stream().filter(found::contains).toList();
        List<TensorSlice> ordered = new ArrayList<>();
        for (ParameterGroup group : groups) {
            structure.tensorsOf(group).forEach(tensor -> slices.stream()
                    .filter(slice -> slice.tensor().name().equals(tensor.name()))
                    .forEach(ordered::add));
        }
        long all = groups.stream().mapToLong(structure::parameterCount).sum();
        long sliced = ordered.stream().mapToLong(TensorSlice::elementCount).sum();
        return new Block(id, groups, all == sliced ? List.of() : ordered);
    }

    /** Whether all parameters of the groups are trained. */
    public boolean isWhole() {
        return slices.isEmpty();
    }

    /** What is trained, tensor by tensor, in model order. */
    public List<TensorSlice> trained(ModelStructure structure) {
        return isWhole()
                ? groups.stream()
                        .flatMap(group -> structure.tensorsOf(group).stream())
                        .map(TensorSlice::whole)
                        .toList()
                : slices;
    }

    /** Numbers trained at once. */
    public long parameterCount(ModelStructure structure) {
        return isWhole()
                ? groups.stream().mapToLong(structure::parameterCount).sum()
                : slices.stream().mapToLong(TensorSlice::elementCount).sum();
    }
}
