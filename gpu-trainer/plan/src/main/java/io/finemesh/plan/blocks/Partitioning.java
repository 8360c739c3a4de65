package io.finemesh.plan.blocks;

import java.util.List;

/** How finely the decoder layers are cut. */
public sealed interface Partitioning {
    /** A block per layer: {@code layer.<i>}. */
    record Layers() implements Partitioning {}

    /** Two blocks per layer, {@code layer.<i>.attention} and {@code layer.<i>.mlp}, each with the norms beside it (BAdam's README, D = 64). */
    record Halves() implements Partitioning {}

    /** A block per matrix, {@code layer.<i>.<role>}, with its bias and the norm it reads (BAdam's README, D = 224). */
    record Matrices() implements Partitioning {}

    /**
     * Blocks as listed: {@code custom.<n>}. What no block names is never trained.
     *
     * @param blocks {@link BlockSelector}s of each block
     */
    record Custom(List<List<String>> blocks) implements Partitioning {
        public Custom {
            blocks = blocks.stream().map(List::copyOf).toList();
        }
    }
}
