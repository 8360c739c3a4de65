package io.finemesh.engine.optim.adam;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.Gradients;
import io.finemesh.engine.tensor.Precision;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) with the moments of some parameter groups, all as 32-bit floats.
 *
 * <p>Arithmetic as in {@code torch.optim.AdamW}: decay is decoupled and comes first, epsilon is added after bias correction. Decay exclusions are honoured
 * per slot.
 */
public final class AdamW implements AutoCloseable {
    private static final String FIRST = "first_moment.";
    private static final String SECOND = "second_moment.";

    private final AdamHyperparameters settings;
    private final List<GroupTensors> first = new ArrayList<>();
    private final List<GroupTensors> second = new ArrayList<>();
    private long updates;

    /** Zero moments, no update made. */
    public AdamW(AdamHyperparameters settings, Collection<GroupLayout> layouts) {
        this.settings = settings;
        for (GroupLayout layout : layouts) {
            first.add(GroupTensors.zeros(layout, Precision.FP32));
            second.add(GroupTensors.zeros(layout, Precision.FP32));
        }
    }

    /**
     * Moments as {@link #export} wrote them.
     *
     * @param updates made with them so far
     */
    public AdamW(AdamHyperparameters settings, Collection<GroupLayout> layouts, TensorSource source, long updates) {
        this.settings = settings;
        this.updates = updates;
        for (GroupLayout layout : layouts) {
            first.add(GroupTensors.read(layout, Precision.FP32, source, FIRST));
            second.add(GroupTensors.read(layout, Precision.FP32, source, SECOND));
        }
    }

    /** Updates made so far; bias correction depends on it. */
    public long updates() {
        return updates;
    }

    /**
     * One update in place.
     *
     * @param weights 32-bit floats, in the order the groups were given
     * @param gradients of all of them
     */
    public void step(List<GroupTensors> weights, Gradients gradients, double learningRate) {
        updates++;
        step(weights, gradients, learningRate, true);
        step(weights, gradients, learningRate, false);
    }

    private void step(List<GroupTensors> weights, Gradients gradients, double learningRate, boolean matrices) {
        List<Tensor> parameters = new ArrayList<>();
        List<Tensor> slopes = new ArrayList<>();
        List<Tensor> firsts = new ArrayList<>();
        List<Tensor> seconds = new ArrayList<>();
        for (int g = 0; g < weights.size(); g++) {
            GroupLayout layout = weights.get(g).layout();
            for (GroupLayout.Entry entry : layout.entries()) {
                WeightSlot slot = entry.slot();
                if (slot.isMatrix() == matrices) {
                    parameters.add(weights.get(g).get(slot));
                    slopes.add(gradients.get(layout.group(), slot));
                    firsts.add(first.get(g).get(slot));
                    seconds.add(second.get(g).get(slot));
                }
            }
        }
        boolean decayed =
                switch (settings.decay()) {
                    case ALL -> true;
                    case MATRICES -> matrices;
                };
        FusedAdamW.step(
                parameters,
                slopes,
                firsts,
                seconds,
                updates,
                learningRate,
                decayed ? settings.weightDecay() : 0,
                settings);
    }

    /** Copies of the moments, named after the weights. */
    public List<TensorData> export() {
        List<TensorData> tensors = new ArrayList<>();
        first.forEach(group -> tensors.addAll(group.export(FIRST)));
        second.forEach(group -> tensors.addAll(group.export(SECOND)));
        return tensors;
    }

    /** Bytes of native memory the moments take. */
    public long bytes() {
        return first.stream().mapToLong(GroupTensors::bytes).sum()
                + second.stream().mapToLong(GroupTensors::bytes).sum();
    }

    @Override
    public void close() {
        first.forEach(GroupTensors::close);
        second.forEach(GroupTensors::close);
    }
}
