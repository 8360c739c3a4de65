package io.finemesh.engine.model;

import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The weights one computation reads, by slot. */
@FunctionalInterface
public interface SlotTensors {
    /** The tensor in a slot, or null where the model has none, such as a bias. */
    Tensor get(WeightSlot slot);

    /**
     * One linear map of a layer, y = x Wᵀ + b. Every linear map goes through here, so that what runs the layer can see or change it.
     *
     * @param input [T, in]
     * @return [T, out]
     */
    default Tensor linear(Tensor input, WeightSlot weight, WeightSlot bias) {
        Tensor biases = get(bias);
        Tensor output = biases == null
                ? torch.linear(input, get(weight))
                : torch.linear(input, get(weight), new TensorOptional(biases));
        return mapped(weight, input, output);
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

    /** The same weights as 32-bit floats: themselves, or widened copies that the innermost scope owns. */
    static SlotTensors widened(GroupTensors stored) {
        if (stored.precision().scalarType() == ScalarType.Float) {
            return stored;
        }
        Map<WeightSlot, Tensor> wide = new EnumMap<>(WeightSlot.class);
        for (GroupLayout.Entry entry : stored.layout().entries()) {
            wide.put(entry.slot(), stored.get(entry.slot()).to(ScalarType.Float));
        }
        return wide::get;
    }
}
