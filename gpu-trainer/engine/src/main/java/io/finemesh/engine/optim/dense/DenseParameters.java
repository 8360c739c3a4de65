package io.finemesh.engine.optim.dense;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.GradientForm;
import io.finemesh.engine.optim.Gradients;
import io.finemesh.engine.optim.OptimizerStep;
import io.finemesh.engine.optim.Traversal;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.moment.EpsilonPlacement;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.optim.moment.Moments;
import io.finemesh.engine.optim.precision.StoredWeights;
import io.finemesh.engine.optim.precision.WeightRounding;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Some groups trained in all their coordinates, with any kind of moments and any way of rounding. Gradients are summed as tensors over the rows of a batch,
 * and everything is updated at its end.
 *
 * <p>Decay comes before the update with 32-bit moments, as in {@code torch.optim.AdamW}, and after it with 8-bit ones, as in bitsandbytes' kernel.
 */
public final class DenseParameters implements ActiveParameters {
    private final String id;
    private final AdamHyperparameters adam;
    private final MomentKind kind;
    private final Map<ParameterGroup, Group> groups = new LinkedHashMap<>();
    private long updates;

    private record Group(StoredWeights weights, Map<WeightSlot, Moments> moments) {
        private String name(WeightSlot slot) {
            return weights.layout().group().id() + "/" + slot;
        }
    }

    private DenseParameters(
            String id,
            List<GroupTensors> trained,
            AdamHyperparameters adam,
            MomentKind kind,
            WeightRounding rounding,
            long seed,
            Optional<TensorSource> saved) {
        this.id = id;
        this.adam = adam;
        this.kind = kind;
        for (GroupTensors stored : trained) {
            Map<WeightSlot, Moments> moments = new EnumMap<>(WeightSlot.class);
            for (GroupLayout.Entry entry : stored.layout().entries()) {
                long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
                moments.put(entry.slot(), Moments.of(kind, adam, EpsilonPlacement.AFTER_CORRECTION, shape));
            }
            StoredWeights weights = saved.isPresent()
                    ? StoredWeights.resume(stored, rounding, seed, saved.get())
                    : StoredWeights.enter(stored, rounding, seed);
            groups.put(stored.layout().group(), new Group(weights, moments));
        }
    }

    /**
     * Begins training without a past.
     *
     * @param id what is active, for reports and states
     * @param trained stored weights of the trained groups; they stay the caller's
     * @param seed of stochastic rounding
     */
    public static DenseParameters enter(
            String id,
            List<GroupTensors> trained,
            AdamHyperparameters adam,
            MomentKind kind,
            WeightRounding rounding,
            long seed) {
        return new DenseParameters(id, trained, adam, kind, rounding, seed, Optional.empty());
    }

    /**
     * Goes on where a training state left off.
     *
     * @param saved as {@link #export} wrote it
     * @param updates made so far
     */
    public static DenseParameters resume(
            String id,
            List<GroupTensors> trained,
            AdamHyperparameters adam,
            MomentKind kind,
            WeightRounding rounding,
            long seed,
            TensorSource saved,
            long updates) {
        DenseParameters parameters = new DenseParameters(id, trained, adam, kind, rounding, seed, Optional.of(saved));
        parameters.updates = updates;
        for (Group group : parameters.groups.values()) {
            group.moments().forEach((slot, moments) -> moments.restore(saved, group.name(slot), updates));
        }
        return parameters;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<ParameterGroup> groups() {
        return List.copyOf(groups.keySet());
    }

    @Override
    public OptimizerStep begin(long step) {
        return new Step(step);
    }

    @Override
    public long updates() {
        return updates;
    }

    @Override
    public List<TensorData> export() {
        List<TensorData> tensors = new ArrayList<>();
        for (Group group : groups.values()) {
            tensors.addAll(group.weights().export());
            group.moments().forEach((slot, moments) -> tensors.addAll(moments.export(group.name(slot))));
        }
        return List.copyOf(tensors);
    }

    @Override
    public long bytes() {
        return groups.values().stream()
                .mapToLong(group -> group.weights().bytes()
                        + group.moments().values().stream()
                                .mapToLong(Moments::bytes)
                                .sum())
                .sum();
    }

    @Override
    public void close() {
        for (Group group : groups.values()) {
            group.weights().close();
            group.moments().values().forEach(Moments::close);
        }
    }

    private final class Step implements OptimizerStep {
        private final long step;
        private final Gradients gradients = new Gradients(
                groups.values().stream().map(group -> group.weights().layout()).toList());

        private Step(long step) {
            this.step = step;
        }

        @Override
        public Traversal traversal() {
            return Traversal.ROWS;
        }

        @Override
        public boolean wants(ParameterGroup group) {
            return gradients.wants(group);
        }

        @Override
        public GradientForm form(ParameterGroup group, WeightSlot slot) {
            return gradients.form(group, slot);
        }

        @Override
        public void add(ParameterGroup group, WeightSlot slot, Tensor gradient) {
            gradients.add(group, slot, gradient);
        }

        @Override
        public void addFactors(ParameterGroup group, WeightSlot slot, Tensor input, Tensor slope) {
            gradients.addFactors(group, slot, input, slope);
        }

        @Override
        public void complete(ParameterGroup group) {
            gradients.complete(group);
        }

        @Override
        public double norm() {
            return gradients.norm();
        }

        @Override
        public void update(double learningRate, double gradientScale) {
            if (gradientScale != 1) {
                gradients.scale(gradientScale);
            }
            for (Group group : groups.values()) {
                group.moments().forEach((slot, moments) -> group.weights().update(slot, step, weights -> {
                    Tensor gradient = gradients.get(group.weights().layout().group(), slot);
                    Scalar kept = new Scalar(1 - learningRate * adam.decayOf(slot));
                    boolean decayFirst = kind != MomentKind.ADAMW_8BIT;
                    if (adam.decayOf(slot) != 0 && decayFirst) {
                        weights.mul_(kept);
                    }
                    moments.update(weights, gradient, learningRate);
                    if (adam.decayOf(slot) != 0 && !decayFirst) {
                        weights.mul_(kept);
                    }
                }));
            }
            updates++;
        }

        @Override
        public void close() {
            gradients.close();
        }
    }
}
