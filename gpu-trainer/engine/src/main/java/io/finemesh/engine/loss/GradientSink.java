package io.finemesh.engine.loss;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.model.WeightSlot;
import org.bytedeco.pytorch.Tensor;

/** Where the gradients go that the loss itself gives: those of the final norm and the head. */
public interface GradientSink {
    /** Whether the group is trained. */
    boolean wants(ParameterGroup group);

    /** Adds to a slot's gradient; the tensor is shaped as the weights. */
    void add(ParameterGroup group, WeightSlot slot, Tensor gradient);
}
