package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.BlockPartition;

/**
 * Parameters of a model, counted from its structure.
 *
 * @param structure the model's
 */
record ModelSizes(ModelStructure structure) {
    static ModelSizes of(ModelConfiguration configuration) {
        return new ModelSizes(ModelStructure.of(configuration));
    }

    /** All parameters; a tied head counts once. */
    long parameters() {
        return structure.parameterCount();
    }

    /** Parameters of the largest decoder layer. */
    long largestLayer() {
        return largestBlock(new MethodShape.BAdam(false, false));
    }

    /** Parameters trained at once: all of them, or the largest block. */
    long trained(MethodShape method) {
        return switch (method) {
            case MethodShape.AdamW _ -> parameters();
            case MethodShape.BAdam badam -> largestBlock(badam);
        };
    }

    private long largestBlock(MethodShape.BAdam badam) {
        return BlockPartition.layers(structure, badam.includeEmbedding(), badam.includeHead()).stream()
                .mapToLong(this::parametersOf)
                .max()
                .orElseThrow();
    }

    private long parametersOf(Block block) {
        return block.groups().stream().mapToLong(structure::parameterCount).sum();
    }
}
