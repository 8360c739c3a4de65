package io.finemesh.engine.model;

import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The weights one computation reads, by slot. */
@FunctionalInterface
public interface SlotTensors {
    /** The tensor in a slot, or null where the model has none, such as a bias. */
    Tensor get(WeightSlot slot);

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
