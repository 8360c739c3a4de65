package io.finemesh.plan.blocks;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a model into blocks by its structure, never by substrings of parameter names.
 *
 * <p>Deviation from the reference implementation (BlockOptimizers, {@code block_optim.py}): it searches names for {@code layers.<i>.} and fails on models
 * that call their layers otherwise. Same default as there: without the two options, embedding, head and final norm are never trained.
 */
public final class BlockPartition {
    /** Id of the block with the embedding. */
    public static final String EMBEDDING = "embedding";

    /** Id of the block with final norm and output head. */
    public static final String HEAD = "head";

    private BlockPartition() {}

    /**
     * One block per decoder layer, in model order.
     *
     * @param structure of the model
     * @param includeEmbedding puts a block {@value #EMBEDDING} first. Where the head is tied to the embedding, this block trains both
     * @param includeHead puts a block {@value #HEAD} last: the final norm, and the output head unless it is tied
     */
    public static List<Block> layers(ModelStructure structure, boolean includeEmbedding, boolean includeHead) {
        List<ParameterGroup> embedding = new ArrayList<>();
        List<ParameterGroup> head = new ArrayList<>();
        List<Block> layers = new ArrayList<>();
        for (ParameterGroup group : structure.groups()) {
            switch (group) {
                case ParameterGroup.Embedding _ -> embedding.add(group);
                case ParameterGroup.Layer layer -> layers.add(new Block(layer.id(), List.of(layer)));
                case ParameterGroup.FinalNorm _, ParameterGroup.Head _ -> head.add(group);
            }
        }
        List<Block> blocks = new ArrayList<>();
        if (includeEmbedding) {
            blocks.add(new Block(EMBEDDING, embedding));
        }
        blocks.addAll(layers);
        if (includeHead) {
            blocks.add(new Block(HEAD, head));
        }
        return List.copyOf(blocks);
    }
}
