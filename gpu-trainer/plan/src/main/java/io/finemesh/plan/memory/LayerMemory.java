package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import java.util.Set;
import java.util.stream.IntStream;

/** Whether the graphs of all layers are kept from forward to backward pass: the engine asks for each row, the plan for the longest. */
public final class LayerMemory {
    private LayerMemory() {}

    /**
     * Whether the graphs of all layers fit what may be kept. The others are computed again on the way back, with the same result.
     *
     * @param batch rows of as many tokens, their documents all as long as the longest, and what may be kept
     * @param widened whether layers are computed with 32-bit copies of their weights, which a graph keeps too
     */
    public static boolean keeps(ModelStructure structure, BatchShape batch, boolean widened) {
        ModelSizes sizes = ModelSizes.of(structure);
        return keeps(sizes, new LayerNumbers(sizes, batch, Set.of(), false), batch, widened);
    }

    static boolean keeps(ModelSizes sizes, LayerNumbers numbers, BatchShape batch, boolean widened) {
        ModelConfiguration model = sizes.structure().configuration();
        int layers = model.layerCount();
        long perToken = IntStream.range(0, layers)
                .mapToLong(layer -> numbers.kept(layer, LayerNumbers.Form.WHOLE) + model.hiddenSize())
                .sum();
        long graphs = Math.multiplyExact((long) FloatFormat.FP32.bytes() * batch.tokensPerRow(), perToken);
        long copies = widened ? Math.multiplyExact(FloatFormat.FP32.bytes() * (long) layers, sizes.largestLayer()) : 0;
        return Math.addExact(graphs, copies) <= batch.keptActivationBytes();
    }
}
