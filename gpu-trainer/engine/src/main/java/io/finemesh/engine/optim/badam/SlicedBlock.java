package io.finemesh.engine.optim.badam;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.loss.RowRange;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.GradientForm;
import io.finemesh.engine.optim.OptimizerStep;
import io.finemesh.engine.optim.Traversal;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorScope;
import io.finemesh.plan.blocks.TensorSlice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A block finer than parameter groups: halves, matrices, rows. Its slices are gathered in 32-bit buffers that hold nothing else, any method trains those as
 * if they were groups of their own, and after each update the stored weights get them back, rounded. So memory and time are those of the slices: of a
 * linear map with trained and frozen rows only the trained rows' gradient is formed, and of embedding and head too.
 */
public final class SlicedBlock implements ActiveParameters {
    private static final String MASTER = "master.";

    private final Map<ParameterGroup, Part> parts = new LinkedHashMap<>();
    private final ActiveParameters inner;

    /**
     * Rows of a slot on their way between stored weights and master.
     *
     * @param stored first row in the stored slot
     * @param master first row in the master's slot
     */
    private record Cut(WeightSlot slot, long stored, long master, long rows) {}

    /**
     * What is trained of a group.
     *
     * @param whole whether a slot is trained with all its rows
     */
    private record Part(GroupTensors stored, GroupTensors master, List<Cut> cuts, Map<WeightSlot, Boolean> whole) {
        static Part of(GroupTensors stored, List<TensorSlice> slices, Optional<TensorSource> saved) {
            GroupLayout layout = GroupLayout.of(
                    stored.layout().group(), slices.stream().map(Part::alone).toList());
            boolean resumed = saved.isPresent() && stored.precision() != Precision.FP32;
            GroupTensors master = resumed
                    ? GroupTensors.read(layout, Precision.FP32, saved.get(), MASTER)
                    : GroupTensors.zeros(layout, Precision.FP32);
            List<Cut> cuts = cuts(stored.layout(), layout, slices);
            Map<WeightSlot, Boolean> whole = new LinkedHashMap<>();
            layout.entries()
                    .forEach(entry -> whole.put(
                            entry.slot(),
                            stored.get(entry.slot()).size(0) == entry.shape().getFirst()));
            Part part = new Part(stored, master, cuts, whole);
            if (!resumed) {
                part.copy(true);
            }
            return part;
        }

        /** A slice as a tensor that has no other rows. */
        private static ExpectedTensor alone(TensorSlice slice) {
            List<Long> shape = new ArrayList<>(slice.tensor().shape());
            shape.set(0, slice.rows());
            return new ExpectedTensor(
                    slice.describe(),
                    shape,
                    slice.tensor().group(),
                    slice.tensor().role());
        }

        private static List<Cut> cuts(GroupLayout stored, GroupLayout master, List<TensorSlice> slices) {
            List<Cut> cuts = new ArrayList<>();
            for (GroupLayout.Entry entry : master.entries()) {
                for (GroupLayout.Part part : entry.parts()) {
                    TensorSlice slice = slices.stream()
                            .filter(candidate -> candidate.describe().equals(part.name()))
                            .findFirst()
                            .orElseThrow();
                    cuts.add(new Cut(
                            entry.slot(),
                            firstRow(stored, slice.tensor().name()) + slice.firstRow(),
                            part.firstRow(),
                            slice.rows()));
                }
            }
            return cuts;
        }

        private static long firstRow(GroupLayout stored, String name) {
            return stored.entries().stream()
                    .flatMap(entry -> entry.parts().stream())
                    .filter(part -> part.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "the block trains " + name + ", but the model has no such tensor"))
                    .firstRow();
        }

        /** From stored weights to master, or back, rounding to nearest even. */
        private void copy(boolean toMaster) {
            try (TensorScope _ = TensorScope.open(
                            "slices of " + stored.layout().group().id());
                    NoGradGuard _ = new NoGradGuard()) {
                for (Cut cut : cuts) {
                    Tensor outside = stored.get(cut.slot()).narrow(0, cut.stored(), cut.rows());
                    Tensor inside = master.get(cut.slot()).narrow(0, cut.master(), cut.rows());
                    if (toMaster) {
                        inside.copy_(outside);
                    } else {
                        outside.copy_(inside);
                    }
                }
            }
        }

        /** The trained ones of a dimension that runs over all rows of a slot. */
        private Tensor trained(WeightSlot slot, Tensor all, long dimension) {
            TensorVector found = new TensorVector();
            cuts.stream()
                    .filter(cut -> cut.slot() == slot)
                    .forEach(cut -> found.push_back(all.narrow(dimension, cut.stored(), cut.rows())));
            return torch.cat(found, dimension);
        }

        private boolean inLayer() {
            return stored.layout().group() instanceof ParameterGroup.Layer;
        }
    }

    private SlicedBlock(Map<ParameterGroup, Part> parts, ActiveParameters inner) {
        this.parts.putAll(parts);
        this.inner = inner;
    }

    /**
     * Enters a block.
     *
     * @param stored weights of the groups that the block has a part in; they stay the caller's
     * @param slices trained parts of those groups
     * @param saved state to go on from, as {@link #export} wrote it; absent to begin
     * @param method makes parameters active, given 32-bit buffers of the slices alone
     */
    public static SlicedBlock of(
            List<GroupTensors> stored,
            List<TensorSlice> slices,
            Optional<TensorSource> saved,
            Function<List<GroupTensors>, ActiveParameters> method) {
        Map<ParameterGroup, Part> parts = new LinkedHashMap<>();
        try {
            for (GroupTensors group : stored) {
                ParameterGroup of = group.layout().group();
                List<TensorSlice> own = slices.stream()
                        .filter(slice -> slice.tensor().group().equals(of))
                        .toList();
                parts.put(of, Part.of(group, own, saved));
            }
            return new SlicedBlock(
                    parts,
                    method.apply(parts.values().stream().map(Part::master).toList()));
        } catch (RuntimeException refused) {
            parts.values().forEach(part -> part.master().close());
            throw refused;
        }
    }

    @Override
    public String id() {
        return inner.id();
    }

    @Override
    public List<ParameterGroup> groups() {
        return List.copyOf(parts.keySet());
    }

    @Override
    public OptimizerStep begin(long step) {
        return new Step(inner.begin(step));
    }

    @Override
    public long updates() {
        return inner.updates();
    }

    /** The method's state, and the master where it says more than the stored weights. */
    @Override
    public List<TensorData> export() {
        List<TensorData> tensors = new ArrayList<>(inner.export());
        for (Part part : parts.values()) {
            if (part.stored().precision() != Precision.FP32) {
                tensors.addAll(part.master().export(MASTER));
            }
        }
        return List.copyOf(tensors);
    }

    @Override
    public long bytes() {
        return inner.bytes()
                + parts.values().stream()
                        .mapToLong(part -> part.master().bytes())
                        .sum();
    }

    @Override
    public void close() {
        inner.close();
        parts.values().forEach(part -> part.master().close());
    }

    /** Cuts gradients to the trained rows on their way to the method, and hands the weights back after its update. */
    private final class Step implements OptimizerStep {
        private final OptimizerStep within;

        private Step(OptimizerStep within) {
            this.within = within;
        }

        @Override
        public Traversal traversal() {
            return within.traversal();
        }

        @Override
        public boolean wants(ParameterGroup group) {
            return within.wants(group);
        }

        @Override
        public Optional<RowRange> rows(ParameterGroup group, WeightSlot slot) {
            Part part = parts.get(group);
            return part == null || part.inLayer() || part.whole().getOrDefault(slot, true)
                    ? Optional.empty()
                    : part.cuts().stream()
                            .filter(cut -> cut.slot() == slot)
                            .findFirst()
                            .map(cut -> new RowRange(cut.stored(), cut.rows()));
        }

        @Override
        public GradientForm form(ParameterGroup group, WeightSlot slot) {
            Part part = parts.get(group);
            if (part == null || !part.whole().containsKey(slot)) {
                return GradientForm.NONE;
            }
            boolean someRows =
                    part.inLayer() && slot.isMatrix() && !part.whole().get(slot);
            return someRows ? GradientForm.FACTORS : within.form(group, slot);
        }

        @Override
        public void add(ParameterGroup group, WeightSlot slot, Tensor gradient) {
            Part part = parts.get(group);
            // Outside the layers the gradient has the trained rows only, as rows() asked for.
            boolean ready = !part.inLayer() || part.whole().get(slot);
            within.add(group, slot, ready ? gradient : part.trained(slot, gradient, 0));
        }

        @Override
        public void addFactors(ParameterGroup group, WeightSlot slot, Tensor input, Tensor slope) {
            Part part = parts.get(group);
            Tensor trained = part.whole().get(slot) ? slope : part.trained(slot, slope, 1);
            switch (within.form(group, slot)) {
                case FACTORS -> within.addFactors(group, slot, input, trained);
                case DENSE -> {
                    try (NoGradGuard _ = new NoGradGuard()) {
                        within.add(group, slot, trained.t().mm(input));
                    }
                }
                case NONE -> throw new IllegalStateException("no gradient of " + slot + " was asked for");
            }
        }

        @Override
        public void complete(ParameterGroup group) {
            within.complete(group);
            if (within.traversal() == Traversal.LAYERS_TWICE) {
                parts.get(group).copy(false); // updates are made while groups are completed
            }
        }

        @Override
        public double norm() {
            return within.norm();
        }

        @Override
        public void update(double learningRate, double gradientScale) {
            within.update(learningRate, gradientScale);
            parts.values().forEach(part -> part.copy(false));
        }

        @Override
        public void close() {
            within.close();
        }
    }
}
