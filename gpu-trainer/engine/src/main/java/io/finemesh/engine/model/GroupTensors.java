package io.finemesh.engine.model;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One flat buffer and the views into it, one per slot of a {@link GroupLayout}. Owns native memory until closed.
 */
public final class GroupTensors implements StoredGroup, SlotTensors {
    private final GroupLayout layout;
    private final Precision precision;
    private final Tensor flat;
    private final Tensor[] views = new Tensor[WeightSlot.values().length];

    private GroupTensors(GroupLayout layout, Precision precision) {
        this.layout = layout;
        this.precision = precision;
        this.flat = TensorScope.own(TensorBytes.empty(precision.scalarType(), layout.elementCount()));
        try (TensorScope _ = TensorScope.open("views of " + layout.group().id())) {
            flat.zero_();
            for (GroupLayout.Entry entry : layout.entries()) {
                long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
                views[entry.slot().ordinal()] = TensorScope.own(
                        flat.narrow(0, entry.offset(), entry.elementCount()).view(shape));
            }
        }
    }

    /** A buffer of zeros. */
    public static GroupTensors zeros(GroupLayout layout, Precision precision) {
        return new GroupTensors(layout, precision);
    }

    /** Reads a group's tensors, whose names follow a prefix, rounding to nearest even where the buffer is narrower than the source. */
    public static GroupTensors read(GroupLayout layout, Precision precision, TensorSource source, String prefix) {
        GroupTensors tensors = new GroupTensors(layout, precision);
        try (NoGradGuard _ = new NoGradGuard()) {
            for (GroupLayout.Entry entry : layout.entries()) {
                for (GroupLayout.Part part : entry.parts()) {
                    try (TensorScope _ = TensorScope.open(part.name())) {
                        TensorData data = source.data(prefix + part.name());
                        if (!data.shape().equals(part.shape())) {
                            throw new IllegalArgumentException("tensor " + data.name() + " has shape " + data.shape()
                                    + " where the model needs " + part.shape());
                        }
                        tensors.part(entry, part).copy_(TensorBytes.read(data.dtype(), data.shape(), data.bytes()));
                    }
                }
            }
        } catch (RuntimeException e) {
            tensors.close();
            throw e;
        }
        return tensors;
    }

    /** The layout of the buffer. */
    @Override
    public GroupLayout layout() {
        return layout;
    }

    /** Element type of the buffer. */
    public Precision precision() {
        return precision;
    }

    /** The whole buffer, gaps included; the gaps are zero. */
    public Tensor flat() {
        return flat;
    }

    @Override
    public Tensor get(WeightSlot slot) {
        return views[slot.ordinal()];
    }

    /** The weights as 32-bit floats: themselves, or copies that the innermost scope owns. */
    public SlotTensors widened() {
        if (precision == Precision.FP32) {
            return this;
        }
        Map<WeightSlot, Tensor> wide = new EnumMap<>(WeightSlot.class);
        for (GroupLayout.Entry entry : layout.entries()) {
            wide.put(entry.slot(), get(entry.slot()).to(ScalarType.Float));
        }
        return wide::get;
    }

    @Override
    public SlotTensors computed() {
        return precision.arithmetic() == precision.scalarType() ? this : widened();
    }

    /** Bytes of the buffer. */
    @Override
    public long bytes() {
        return layout.elementCount() * precision.bytesPerElement();
    }

    /** Copies another buffer of the same layout into this one, rounding to nearest even where this one is narrower. */
    public void copyFrom(GroupTensors other) {
        try (TensorScope _ = TensorScope.open("copy of " + layout.group().id());
                NoGradGuard _ = new NoGradGuard()) {
            flat.copy_(other.flat);
        }
    }

    /** Copies of the tensors as weight files hold them, their names after a prefix. */
    public List<TensorData> export(String prefix) {
        List<TensorData> tensors = new ArrayList<>();
        for (GroupLayout.Entry entry : layout.entries()) {
            for (GroupLayout.Part part : entry.parts()) {
                try (TensorScope _ = TensorScope.open(part.name())) {
                    tensors.add(new TensorData(
                            prefix + part.name(),
                            precision.dtype(),
                            part.shape(),
                            TensorBytes.write(part(entry, part))));
                }
            }
        }
        return List.copyOf(tensors);
    }

    /** Names of the tensors in which some value is infinite or not a number. */
    public List<String> notFinite() {
        List<String> names = new ArrayList<>();
        for (GroupLayout.Entry entry : layout.entries()) {
            for (GroupLayout.Part part : entry.parts()) {
                try (TensorScope _ = TensorScope.open(part.name());
                        NoGradGuard _ = new NoGradGuard()) {
                    // One pass and no copy: extremes are not numbers if any value is not.
                    T_TensorTensor_T extremes = torch.aminmax(part(entry, part));
                    if (!Double.isFinite(extremes.get0().item_double())
                            || !Double.isFinite(extremes.get1().item_double())) {
                        names.add(part.name());
                    }
                }
            }
        }
        return names;
    }

    @Override
    public void close() {
        for (Tensor view : views) {
            if (view != null) {
                view.close();
            }
        }
        flat.close();
    }

    private Tensor part(GroupLayout.Entry entry, GroupLayout.Part part) {
        return get(entry.slot()).narrow(0, part.firstRow(), part.shape().getFirst());
    }
}
