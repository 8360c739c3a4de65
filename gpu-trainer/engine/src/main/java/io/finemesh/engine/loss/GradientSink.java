package io.finemesh.engine.loss;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.model.WeightSlot;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Where the gradients go that the loss itself gives: those of the final norm and the head. */
public interface GradientSink {
    /** Whether the group is trained. */
    boolean wants(ParameterGroup group);

    /** The only rows of embedding or head whose gradient is taken; absent where that is all of them. */
    default Optional<RowRange> rows(ParameterGroup group, WeightSlot slot) {
        return Optional.empty();
    }

    /** Adds to a slot's gradient; the tensor is shaped as the weights, or as {@link #rows} of them. */
    void add(ParameterGroup group, WeightSlot slot, Tensor gradient);
}
