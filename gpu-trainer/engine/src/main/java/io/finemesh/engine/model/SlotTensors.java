package io.finemesh.engine.model;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The weights one computation reads, by slot. */
@FunctionalInterface
public interface SlotTensors {
    /** The tensor in a slot, or null where the model has none, such as a bias. */
    Tensor get(WeightSlot slot);

    /**
     * One linear map of a layer, y = x Wᵀ + b, in the element type of W. Every linear map goes through here, so that what runs the layer can see or change it.
     *
     * @param input [T, in]
     * @return [T, out]
     */
    default Tensor linear(Tensor input, WeightSlot weight, WeightSlot bias) {
        Tensor matrix = get(weight);
        Tensor biases = get(bias);
        Tensor factor = input.to(matrix.scalar_type().intern()); // itself where the types are one
        Tensor output = biases == null
                ? torch.linear(factor, matrix)
                : torch.linear(factor, matrix, new TensorOptional(biases));
        return mapped(weight, factor, output);
    }

    /**
     * What a layer goes on with after a linear map: its output, unless something is added to it.
     *
     * @param slot of the map's weight
     * @param input [T, in]
     * @param output [T, out]
     */
    default Tensor mapped(WeightSlot slot, Tensor input, Tensor output) {
        return output;
    }
}
