package io.finemesh.workbench.parity;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.OptimizerStep;
import io.finemesh.engine.optim.Traversal;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A few tensors without a model around them, whose weights and gradients are closed forms, to drive an optimizer by hand. */
final class UpdateBench implements AutoCloseable {
    private final GroupTensors weights;

    /**
     * A tensor to be trained.
     *
     * @param role decides whether it is a matrix
     * @param columns of it; a vector has one row
     */
    record Parameter(String name, TensorRole role, int rows, int columns, double factor) {
        private boolean vector() {
            return role != TensorRole.DOWN;
        }

        private ExpectedTensor described(ParameterGroup group) {
            List<Long> shape = vector() ? List.of((long) columns) : List.of((long) rows, (long) columns);
            return new ExpectedTensor(name, shape, group, role);
        }
    }

    /**
     * Weights by the closed form, each times its factor.
     *
     * @param layer they belong to
     */
    UpdateBench(int layer, List<Parameter> parameters, Precision precision) {
        ParameterGroup group = new ParameterGroup.Layer(layer);
        GroupLayout layout = GroupLayout.of(
                group,
                parameters.stream().map(parameter -> parameter.described(group)).toList());
        this.weights = GroupTensors.zeros(layout, precision);
        try (TensorScope _ = TensorScope.open("initial weights");
                NoGradGuard _ = new NoGradGuard()) {
            for (GroupLayout.Entry entry : layout.entries()) {
                String name = entry.parts().getFirst().name();
                Parameter parameter = parameters.stream()
                        .filter(candidate -> candidate.name().equals(name))
                        .findFirst()
                        .orElseThrow();
                double[] values = weights(parameter.rows(), parameter.columns());
                for (int i = 0; i < values.length; i++) {
                    values[i] *= parameter.factor();
                }
                weights.get(entry.slot()).copy_(tensor(values, entry.shape()));
            }
        }
    }

    /** One matrix {@code w} of 32-bit floats. */
    static UpdateBench ofMatrix(int rows, int columns) {
        return new UpdateBench(0, List.of(new Parameter("w", TensorRole.DOWN, rows, columns, 1)), Precision.FP32);
    }

    /** The stored weights. */
    List<GroupTensors> groups() {
        return List.of(weights);
    }

    /** sin(0.1 * (i * n + j + 1)). */
    static double[] weights(int rows, int columns) {
        double[] values = new double[rows * columns];
        Arrays.setAll(values, i -> Math.sin(0.1 * (i + 1)));
        return values;
    }

    /** cos(0.37 * (i * n + j + 1) * (t + 1)) + 0.3 * sin(0.11 * (i + 1) * (j + 2) + 0.5 * t). */
    static double[] gradient(int rows, int columns, int t) {
        double[] values = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                values[i * columns + j] = Math.cos(0.37 * (i * columns + j + 1) * (t + 1))
                        + 0.3 * Math.sin(0.11 * (i + 1) * (j + 2) + 0.5 * t);
            }
        }
        return values;
    }

    /** One update with the closed-form gradient of a step, rounded to the precision of the weights. */
    void step(ActiveParameters active, int t, double learningRate) {
        try (TensorScope _ = TensorScope.open("step");
                OptimizerStep update = active.begin(t)) {
            pass(update, t);
            update.norm();
            update.update(learningRate, 1);
            if (update.traversal() == Traversal.LAYERS_TWICE) {
                pass(update, t);
            }
        }
    }

    private void pass(OptimizerStep update, int t) {
        ParameterGroup group = weights.layout().group();
        for (GroupLayout.Entry entry : weights.layout().entries()) {
            List<Long> shape = entry.shape();
            int rows = shape.size() == 1 ? 1 : Math.toIntExact(shape.getFirst());
            Tensor gradient = tensor(gradient(rows, Math.toIntExact(shape.getLast()), t), shape)
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
                            torch.eye(gradient.size(1)),
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

    /** Present values of a tensor. */
    double[] values(String name) {
        try (TensorScope _ = TensorScope.open("values")) {
            return weights.export("").stream()
                    .filter(tensor -> tensor.name().equals(name))
                    .map(tensor -> TensorBytes.floats(TensorBytes.read(tensor.dtype(), tensor.shape(), tensor.bytes())
                            .to(ScalarType.Float)))
                    .map(UpdateBench::doubles)
                    .findFirst()
                    .orElseThrow();
        }
    }

    static double[] doubles(float[] floats) {
        double[] values = new double[floats.length];
        Arrays.setAll(values, i -> floats[i]);
        return values;
    }

    @Override
    public void close() {
        weights.close();
    }
}
