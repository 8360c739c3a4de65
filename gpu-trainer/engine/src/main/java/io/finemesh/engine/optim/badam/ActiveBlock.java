package io.finemesh.engine.optim.badam;

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
import io.finemesh.engine.optim.adam.AdamW;
import io.finemesh.engine.tensor.Precision;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The parameters that are trained while all others stand still: their 32-bit master weights and moments (BAdam, arXiv 2404.02827, algorithm 1).
 *
 * <p>Entering a block makes a master from the stored weights and zero moments; leaving it frees both. So memory beyond the weights is that of one block.
 * After every update the stored weights are the master, rounded. Where weights are stored as 32-bit floats the master is the stored weights themselves.
 *
 * <p>A block of all parameter groups that is never left is AdamW with mixed precision.
 *
 * <p>Deviations from the reference implementation (BlockOptimizers, {@code block_optim.py}): the requested weight decay is honoured (there the base
 * optimizer's default replaces it) and may exclude norms; gradients are summed and clipped in 32 bits; master, moments and position can be saved.
 */
public final class ActiveBlock implements ActiveParameters {
    private static final String MASTER = "master.";

    private final String id;
    private final List<GroupTensors> stored = new ArrayList<>();
    private final List<GroupTensors> masters = new ArrayList<>();
    private final AdamW adam;

    private ActiveBlock(String id, List<GroupTensors> trained, TensorSource resumed, AdamW adam) {
        this.id = id;
        this.adam = adam;
        for (GroupTensors weights : trained) {
            stored.add(weights);
            if (weights.precision() == Precision.FP32) {
                masters.add(weights);
            } else if (resumed != null) {
                masters.add(GroupTensors.read(weights.layout(), Precision.FP32, resumed, MASTER));
            } else {
                GroupTensors master = GroupTensors.zeros(weights.layout(), Precision.FP32);
                master.copyFrom(weights);
                masters.add(master);
            }
        }
    }

    /**
     * Enters a block afresh: master from the stored weights, zero moments, no update made.
     *
     * @param trained stored weights of the block's groups; they stay the caller's
     */
    public static ActiveBlock enter(String id, List<GroupTensors> trained, AdamHyperparameters settings) {
        return new ActiveBlock(id, trained, null, new AdamW(settings, layouts(trained)));
    }

    /**
     * Enters a block where a training state left it.
     *
     * @param trained stored weights of the block's groups, as they were then
     * @param state as {@link #export} wrote it
     * @param updates made in the block so far
     */
    public static ActiveBlock resume(
            String id, List<GroupTensors> trained, AdamHyperparameters settings, TensorSource state, long updates) {
        return new ActiveBlock(id, trained, state, new AdamW(settings, layouts(trained), state, updates));
    }

    private static List<GroupLayout> layouts(List<GroupTensors> trained) {
        return trained.stream().map(GroupTensors::layout).toList();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<ParameterGroup> groups() {
        return stored.stream().map(group -> group.layout().group()).toList();
    }

    @Override
    public long updates() {
        return adam.updates();
    }

    /** An empty set of gradients for the block. */
    public Gradients gradients() {
        return new Gradients(stored.stream().map(GroupTensors::layout).toList());
    }

    /** One update of the master weights, and of the stored weights after it. */
    public void step(Gradients gradients, double learningRate) {
        adam.step(masters, gradients, learningRate);
        for (int g = 0; g < stored.size(); g++) {
            if (hasOwnMaster(g)) {
                stored.get(g).copyFrom(masters.get(g));
            }
        }
    }

    @Override
    public OptimizerStep begin(long step) {
        return new Step(gradients());
    }

    /** Copies of what a resumed visit needs besides the stored weights: moments, and the master where it says more than they do. */
    @Override
    public List<TensorData> export() {
        List<TensorData> tensors = new ArrayList<>(adam.export());
        for (int g = 0; g < stored.size(); g++) {
            if (hasOwnMaster(g)) {
                tensors.addAll(masters.get(g).export(MASTER));
            }
        }
        return List.copyOf(tensors);
    }

    @Override
    public long bytes() {
        long bytes = adam.bytes();
        for (int g = 0; g < stored.size(); g++) {
            bytes += hasOwnMaster(g) ? masters.get(g).bytes() : 0;
        }
        return bytes;
    }

    /** Leaves the block: master and moments are gone, the stored weights stay as the last update left them. */
    @Override
    public void close() {
        adam.close();
        for (int g = 0; g < stored.size(); g++) {
            if (hasOwnMaster(g)) {
                masters.get(g).close();
            }
        }
    }

    private boolean hasOwnMaster(int group) {
        return stored.get(group).precision() != Precision.FP32;
    }

    /** Sums dense gradients over the rows, then updates everything at once. */
    private final class Step implements OptimizerStep {
        private final Gradients gradients;

        private Step(Gradients gradients) {
            this.gradients = gradients;
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
            step(gradients, learningRate);
        }

        @Override
        public void close() {
            gradients.close();
        }
    }
}
