package io.finemesh.engine.optim.lomo;

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
 * Updates each group as soon as its gradient is complete and frees the gradient at once: no optimizer state to speak of, and the gradients of one layer at a
 * time (LOMO, AdaLomo).
 *
 * <p>Deviations from the reference (OpenLMLab LOMO): gradients are accumulated over micro-batches, since all rows of a batch go through a layer before it is
 * updated; the pass that measures the norm always runs, because an update that met a number that is not finite half-way could not be taken back.
 */
public final class LomoParameters implements ActiveParameters {
    /** Of AdaLomo: the least scale of an update relative to the rate, for weights near zero. */
    private static final double LEAST_WEIGHT_SCALE = 1e-3;

    private final String id;
    private final LomoRule rule;
    private final AdamHyperparameters settings;
    private final Map<ParameterGroup, Group> groups = new LinkedHashMap<>();
    private long updates;

    private record Group(StoredWeights weights, Map<WeightSlot, Moments> moments) {
        private String name(WeightSlot slot) {
            return weights.layout().group().id() + "/" + slot;
        }
    }

    private LomoParameters(
            String id,
            List<GroupTensors> trained,
            LomoRule rule,
            AdamHyperparameters settings,
            WeightRounding rounding,
            long seed,
            Optional<TensorSource> saved,
            long updates) {
        this.id = id;
        this.rule = rule;
        this.settings = settings;
        this.updates = updates;
        for (GroupTensors stored : trained) {
            StoredWeights weights = saved.isPresent()
                    ? StoredWeights.resume(stored, rounding, seed, saved.get())
                    : StoredWeights.enter(stored, rounding, seed);
            Group group = new Group(weights, new EnumMap<>(WeightSlot.class));
            if (rule == LomoRule.ADALOMO) {
                for (GroupLayout.Entry entry : stored.layout().entries()) {
                    long[] shape =
                            entry.shape().stream().mapToLong(Long::longValue).toArray();
                    Moments moments =
                            Moments.of(MomentKind.ADAFACTOR, settings, EpsilonPlacement.AFTER_CORRECTION, shape);
                    saved.ifPresent(source -> moments.restore(source, group.name(entry.slot()), updates));
                    group.moments().put(entry.slot(), moments);
                }
            }
            groups.put(stored.layout().group(), group);
        }
    }

    /**
     * Begins training without a past.
     *
     * @param id what is active, for reports and states
     * @param trained stored weights of the trained groups; they stay the caller's
     * @param settings of which only the weight decay is used
     * @param seed of stochastic rounding
     */
    public static LomoParameters enter(
            String id,
            List<GroupTensors> trained,
            LomoRule rule,
            AdamHyperparameters settings,
            WeightRounding rounding,
            long seed) {
        return new LomoParameters(id, trained, rule, settings, rounding, seed, Optional.empty(), 0);
    }

    /**
     * Goes on where a training state left off.
     *
     * @param saved as {@link #export} wrote it
     * @param updates made so far
     */
    public static LomoParameters resume(
            String id,
            List<GroupTensors> trained,
            LomoRule rule,
            AdamHyperparameters settings,
            WeightRounding rounding,
            long seed,
            TensorSource saved,
            long updates) {
        return new LomoParameters(id, trained, rule, settings, rounding, seed, Optional.of(saved), updates);
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

    /** Visits the batch twice: for the norm, then for the updates. */
    private final class Step implements OptimizerStep {
        private final long step;
        private final Gradients gradients = new Gradients(
                groups.values().stream().map(group -> group.weights().layout()).toList());
        private double squares;
        private boolean updating;
        private double learningRate;
        private double gradientScale;

        private Step(long step) {
            this.step = step;
        }

        @Override
        public Traversal traversal() {
            return Traversal.LAYERS_TWICE;
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
            if (updating) {
                for (GroupLayout.Entry entry : gradients.layout(group).entries()) {
                    change(groups.get(group), entry.slot());
                }
            } else {
                double norm = gradients.norm(group);
                squares += norm * norm;
            }
            gradients.clear(group);
        }

        @Override
        public double norm() {
            return Math.sqrt(squares);
        }

        @Override
        public void update(double rate, double scale) {
            learningRate = rate;
            gradientScale = scale;
            updating = true;
            updates++;
        }

        private void change(Group group, WeightSlot slot) {
            Tensor gradient = gradients.get(group.weights().layout().group(), slot);
            if (gradientScale != 1) {
                gradient.mul_(new Scalar(gradientScale));
            }
            group.weights().update(slot, step, weights -> {
                double scale =
                        switch (rule) {
                            case LOMO -> 1;
                            case ADALOMO ->
                                Math.max(LEAST_WEIGHT_SCALE, weights.norm().item_double() / Math.sqrt(weights.numel()));
                        };
                if (settings.decayOf(slot) != 0) {
                    weights.mul_(new Scalar(1 - learningRate * settings.decayOf(slot)));
                }
                switch (rule) {
                    case LOMO -> weights.sub_(gradient, new Scalar(learningRate));
                    case ADALOMO -> group.moments().get(slot).update(weights, gradient, learningRate * scale);
                }
            });
        }

        @Override
        public void close() {
            gradients.close();
        }
    }
}
