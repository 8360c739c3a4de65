package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.OptionalLong;

/**
 * BAdam: blocks other than one per layer.
 *
 * @param cut how layers are cut
 * @param blocks selectors of each block where the cut is CUSTOM; else empty
 * @param includeFinalNorm the final norm alone is a block too
 * @param rowBlockParameters most parameters of a block of embedding or head; 0 = as the largest layer; absent = each whole
 * @param alwaysActive selectors of what every block trains
 * @param importance a number above 0 for each block where the order is IMPORTANCE by given numbers; else empty
 */
public record PartitionSpecification(
        BlockCut cut,
        List<List<String>> blocks,
        boolean includeFinalNorm,
        OptionalLong rowBlockParameters,
        List<String> alwaysActive,
        List<Double> importance) {
    /** What is meant where nothing is said. */
    public static final PartitionSpecification LAYERS =
            new PartitionSpecification(BlockCut.LAYER, List.of(), false, OptionalLong.empty(), List.of(), List.of());

    public PartitionSpecification {
        requireNonNull(cut, "cut is null");
        blocks = blocks.stream().map(List::copyOf).toList();
        rowBlockParameters = rowBlockParameters == null ? OptionalLong.empty() : rowBlockParameters;
        alwaysActive = List.copyOf(alwaysActive);
        importance = List.copyOf(importance);
    }
}
