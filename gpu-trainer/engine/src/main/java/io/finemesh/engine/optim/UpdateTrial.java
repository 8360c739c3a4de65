package io.finemesh.engine.optim;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A few tensors without a model around them, and any method on them with gradients given by hand: to compare single updates with expected numbers. Owns
 * native memory until closed.
 */
public final class UpdateTrial implements AutoCloseable {
    private final GroupTensors weights;

    /**
     * Makes the tensors.
     *
     * @param layer they belong to
     * @param tensors each in a slot of its own, so of different roles
     * @param values of a tensor, by its name, in C order
     * @param precision in which they are stored
     */
    public UpdateTrial(
            int layer, List<ExpectedTensor> tensors, Function<String, double[]> values, Precision precision) {
        GroupLayout layout = GroupLayout.of(new ParameterGroup.Layer(layer), tensors);
        Backend.multiplyFor(precision);
        this.weights = GroupTensors.zeros(layout, precision);
        try (TensorScope _ = TensorScope.open("initial weights");
                NoGradGuard _ = new NoGradGuard()) {
            for (GroupLayout.Entry entry : layout.entries()) {
                weights.get(entry.slot()).copy_(tensor(values.apply(name(entry)), entry.shape()));
            }
        }
    }

    private static String name(GroupLayout.Entry entry) {
        if (entry.parts().size() > 1) {
            throw new IllegalArgumentException("a trial has one tensor per slot; " + entry.slot() + " has "
                    + entry.parts().size());
        }
        return entry.parts().getFirst().name();
    }

    /** The stored weights, to make a method's parameters of. */
    public List<GroupTensors> groups() {
        return List.of(weights);
    }

    /**
     * One update.
     *
     * @param step 0-based number
     * @param gradients of a tensor, by its name, in C order; rounded to the precision of the weights first
     */
    public void step(ActiveParameters active, long step, double learningRate, Function<String, double[]> gradients) {
        try (TensorScope _ = TensorScope.open("step");
                OptimizerStep update = active.begin(step)) {
            pass(update, gradients);
            update.norm();
            update.update(learningRate, 1);
            if (update.traversal() == Traversal.LAYERS_TWICE) {
                pass(update, gradients);
            }
        }
    }

    private void pass(OptimizerStep update, Function<String, double[]> gradients) {
        ParameterGroup group = weights.layout().group();
        for (GroupLayout.Entry entry : weights.layout().entries()) {
            Tensor gradient = tensor(gradients.apply(name(entry)), entry.shape())
                    .to(weights.precision().scalarType())
                    .to(ScalarType.Float);
            switch (update.form(group, entry.slot())) {
                case NONE -> {}
                case DENSE -> update.add(group, entry.slot(), gradient);
                case FACTORS ->
                    // G = (Gᵀ)ᵀ I: as if the inputs had been the unit vectors.
                    update.addFactors(
                            group,
                            entry.slot(),
                            torch.eye(gradient.size(1), TensorBytes.options(ScalarType.Float)),
                            gradient.t().contiguous());
            }
        }
        update.complete(group);
    }

    private static Tensor tensor(double[] values, List<Long> shape) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return TensorBytes.floats(
                floats, shape.stream().mapToLong(Long::longValue).toArray());
    }

    /** Present values of a tensor in C order. */
    public float[] values(String name) {
        try (TensorScope _ = TensorScope.open("values")) {
            return weights.export("").stream()
                    .filter(tensor -> tensor.name().equals(name))
                    .map(tensor -> TensorBytes.floats(TensorBytes.read(tensor.dtype(), tensor.shape(), tensor.bytes())
                            .to(ScalarType.Float)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no tensor " + name));
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
