package io.finemesh.plan.blocks;

import io.finemesh.checkpoint.model.ParameterGroup;
import java.util.List;
import java.util.Objects;

/**
 * Parameters that are trained together while all others stand still.
 *
 * @param id {@code embedding}, {@code layer.<i>} or {@code head}; unique in a partition and stable across versions, as it is written to ledgers
 * @param groups the parameter groups of the block, in model order; never empty
 */
public record Block(String id, List<ParameterGroup> groups) {
    public Block {
        Objects.requireNonNull(id, "id is null");
        groups = List.copyOf(groups);
        if (groups.isEmpty()) {
            throw new IllegalArgumentException("block " + id + " has no parameter group");
        }
    }
}
