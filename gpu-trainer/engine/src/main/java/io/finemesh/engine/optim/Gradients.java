package io.finemesh.engine.optim;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The gradients of the trained parameter groups in one step, 32-bit floats, summed over micro-batches. Groups that are not trained have no place here.
 * Owns native memory until closed.
 */
public final class Gradients implements LayerGradientSink, AutoCloseable {
    private final Map<ParameterGroup, GroupLayout> layouts = new LinkedHashMap<>();
    private final Map<ParameterGroup, Tensor[]> bySlot = new LinkedHashMap<>();

    /** No gradient yet for any of the groups. */
    public Gradients(Collection<GroupLayout> trained) {
        for (GroupLayout layout : trained) {
            layouts.put(layout.group(), layout);
            bySlot.put(layout.group(), new Tensor[WeightSlot.values().length]);
        }
    }

    @Override
    public boolean wants(ParameterGroup group) {
        return bySlot.containsKey(group);
    }

    /** Where a trained group's tensors lie. */
    public GroupLayout layout(ParameterGroup group) {
        return layouts.get(group);
    }

    @Override
    public GradientForm form(ParameterGroup group, WeightSlot slot) {
        boolean trained = wants(group) && layout(group).entries().stream().anyMatch(entry -> entry.slot() == slot);
        return trained ? GradientForm.DENSE : GradientForm.NONE;
    }

    /** Adds to a slot's gradient, taking ownership of the tensor if it is the first. */
    @Override
    public void add(ParameterGroup group, WeightSlot slot, Tensor gradient) {
        Tensor[] slots = bySlot.get(group);
        if (slots[slot.ordinal()] == null) {
            slots[slot.ordinal()] = TensorScope.own(gradient);
        } else {
            try (TensorScope _ = TensorScope.open("sum of gradients");
                    NoGradGuard _ = new NoGradGuard()) {
                slots[slot.ordinal()].add_(gradient);
            }
        }
    }

    @Override
    public void addFactors(ParameterGroup group, WeightSlot slot, Tensor input, Tensor slope) {
        throw new IllegalStateException("gradients of " + slot + " are summed as tensors, not as factors");
    }

    @Override
    public void complete(ParameterGroup group) {}

    /** A slot's gradient. */
    public Tensor get(ParameterGroup group, WeightSlot slot) {
        Tensor gradient = bySlot.get(group)[slot.ordinal()];
        if (gradient == null) {
            throw new IllegalStateException("no gradient was computed for " + slot + " of " + group.id());
        }
        return gradient;
    }

    /** Whether a slot has a gradient. */
    public boolean has(ParameterGroup group, WeightSlot slot) {
        return bySlot.containsKey(group) && bySlot.get(group)[slot.ordinal()] != null;
    }

    /** Forgets the gradients of a group. */
    public void clear(ParameterGroup group) {
        Tensor[] slots = bySlot.get(group);
        for (int s = 0; s < slots.length; s++) {
            if (slots[s] != null) {
                slots[s].close();
                slots[s] = null;
            }
        }
    }

    /** Euclidean norm over all gradients; not finite if any element is not, and 0 without any. */
    public double norm() {
        return norm(bySlot.values());
    }

    /** The same of one group. */
    public double norm(ParameterGroup group) {
        return norm(List.<Tensor[]>of(bySlot.get(group)));
    }

    private static double norm(Collection<Tensor[]> groups) {
        try (TensorScope _ = TensorScope.open("gradient norm");
                NoGradGuard _ = new NoGradGuard()) {
            TensorVector norms = new TensorVector();
            groups.forEach(slots -> {
                for (Tensor gradient : slots) {
                    if (gradient != null) {
                        norms.push_back(torch.norm(gradient));
                    }
                }
            });
            return norms.empty()
                    ? 0
                    : torch.norm(torch.stack(norms).to(ScalarType.Double)).item_double();
        }
    }

    /** Multiplies all gradients. */
    public void scale(double factor) {
        try (TensorScope _ = TensorScope.open("scaled gradients");
                NoGradGuard _ = new NoGradGuard()) {
            Scalar scalar = new Scalar(factor);
            bySlot.values().forEach(slots -> {
                for (Tensor gradient : slots) {
                    if (gradient != null) {
                        gradient.mul_(scalar);
                    }
                }
            });
        }
    }

    /** Copies, named and shaped as the weights. */
    public List<TensorData> export() {
        List<TensorData> tensors = new ArrayList<>();
        for (GroupLayout layout : layouts.values()) {
            for (GroupLayout.Entry entry : layout.entries()) {
                for (GroupLayout.Part part : entry.parts()) {
                    try (TensorScope _ = TensorScope.open(part.name())) {
                        Tensor rows = get(layout.group(), entry.slot())
                                .narrow(0, part.firstRow(), part.shape().getFirst());
                        tensors.add(new TensorData(
                                part.name(), Precision.FP32.dtype(), part.shape(), TensorBytes.write(rows)));
                    }
                }
            }
        }
        return tensors;
    }

    @Override
    public void close() {
        bySlot.keySet().forEach(this::clear);
    }
}
