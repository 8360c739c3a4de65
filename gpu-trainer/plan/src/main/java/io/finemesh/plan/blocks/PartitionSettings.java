package io.finemesh.plan.blocks;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * How a model is cut into blocks.
 *
 * @param layers how the decoder layers are cut
 * @param includeEmbedding the embedding is trained too; where the head is tied to it, both are
 * @param includeFinalNorm the final norm is trained too, as a block of its own unless the head is included
 * @param includeHead final norm and output head are trained too, as one block (as in the reference implementation)
 * @param rowBlockParameters most parameters of a block of the embedding or the head, which are cut by rows where they have more;
 *     {@link #AS_THE_LARGEST_LAYER} for no more than a layer has; absent to leave them whole
 * @param alwaysActive {@link BlockSelector}s of what is trained in every block (BAdam's {@code active_modules})
 */
public record PartitionSettings(
        Partitioning layers,
        boolean includeEmbedding,
        boolean includeFinalNorm,
        boolean includeHead,
        OptionalLong rowBlockParameters,
        List<String> alwaysActive) {
    /** As {@code rowBlockParameters}: the embedding is not what sets the peak of memory. */
    public static final long AS_THE_LARGEST_LAYER = 0;

    /** A block per layer, nothing else trained. */
    public static final PartitionSettings LAYERS = layers(false, false);

    public PartitionSettings {
        Objects.requireNonNull(layers, "layers is null");
        Objects.requireNonNull(rowBlockParameters, "row-block parameters is null");
        alwaysActive = List.copyOf(alwaysActive);
    }

    /** A block per layer, and embedding or head whole where they are included. */
    public static PartitionSettings layers(boolean includeEmbedding, boolean includeHead) {
        return of(new Partitioning.Layers(), includeEmbedding, includeHead);
    }

    /** Embedding and head whole where they are included. */
    public static PartitionSettings of(Partitioning layers, boolean includeEmbedding, boolean includeHead) {
        return new PartitionSettings(layers, includeEmbedding, false, includeHead, OptionalLong.empty(), List.of());
    }

    /** The same with embedding and head cut by rows. */
    public PartitionSettings withRowBlocks(long parameters) {
        return new PartitionSettings(
                layers, includeEmbedding, includeFinalNorm, includeHead, OptionalLong.of(parameters), alwaysActive);
    }

    /** The same with something trained in every block. */
    public PartitionSettings withAlwaysActive(List<String> selectors) {
        return new PartitionSettings(
                layers, includeEmbedding, includeFinalNorm, includeHead, rowBlockParameters, selectors);
    }

    /** One phrase for people. */
    public String describe() {
        String by =
                switch (layers) {
                    case Partitioning.Layers _ -> "layer";
                    case Partitioning.Halves _ -> "attention, mlp";
                    case Partitioning.Matrices _ -> "matrix";
                    case Partitioning.Custom custom -> custom.blocks().size() + " custom";
                };
        return by
                + (includeEmbedding ? ", embedding" : "")
                + (includeHead ? ", head" : includeFinalNorm ? ", final norm" : "")
                + (rowBlockParameters.isPresent() && (includeEmbedding || includeHead) ? " in row-blocks" : "")
                + (alwaysActive.isEmpty() ? "" : "; always " + String.join(", ", alwaysActive));
    }
}
