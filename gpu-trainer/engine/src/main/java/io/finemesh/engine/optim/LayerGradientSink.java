package io.finemesh.engine.optim;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.loss.GradientSink;
import io.finemesh.engine.model.SlotTensors;
import io.finemesh.engine.model.StoredGroup;
import io.finemesh.engine.model.WeightSlot;
import org.bytedeco.pytorch.Tensor;

/**
 * Takes the gradients of an accumulated batch as the layer-wise pass hands them on, group by group from the top. What becomes of them is the method's
 * business: summed up, projected and summed up, or used at once.
 */
public interface LayerGradientSink extends GradientSink {
    /**
     * Says which row of the batch is computed from now on, forwards or backwards, so that what is random of a row can be made again.
     *
     * @param row counted from 0 in the batch
     */
    default void enter(int row) {}

    /** In which form a slot's gradient is wanted; {@link GradientForm#NONE} for slots that stand still. */
    GradientForm form(ParameterGroup group, WeightSlot slot);

    /**
     * Adds one row's gradient of a {@link GradientForm#DENSE} slot. The tensor belongs to the innermost scope; an implementation that keeps it takes it out
     * with {@link io.finemesh.engine.tensor.TensorScope#own}, and may change it.
     *
     * @param gradient of the slot's shape, 32-bit floats
     */
    @Override
    void add(ParameterGroup group, WeightSlot slot, Tensor gradient);

    /**
     * Adds one row's gradient dYᵀ X of a {@link GradientForm#FACTORS} slot. Both tensors belong to the innermost scope, as in {@link #add}.
     *
     * @param input X, [T, in]
     * @param slope dY, [T, out]; its columns are the rows of the slot
     */
    void addFactors(ParameterGroup group, WeightSlot slot, Tensor input, Tensor slope);

    /**
     * Weights a layer is to run with, where they are not simply the stored ones as {@link StoredGroup#computed}, in the innermost scope.
     *
     * @param stored the layer's stored weights
     */
    default SlotTensors weights(StoredGroup stored) {
        return stored.computed();
    }

    /** Says that the gradients of all rows of the batch have been added for this group. */
    void complete(ParameterGroup group);
}
