package io.finemesh.engine.optim;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One parameter group with the closed-form weights and gradients of the optimizer goldens, without a model around it. */
public final class TestBlock implements AutoCloseable {
    private final GroupTensors weights;

    private TestBlock(int layer, Precision precision, Map<String, double[]> values, List<ExpectedTensor> tensors) {
        Backend.multiplyFor(precision);
        Map<String, TensorData> data = new LinkedHashMap<>();
        for (ExpectedTensor tensor : tensors) {
            double[] of = values.get(tensor.name());
            byte[] bytes = new byte[4 * of.length];
            for (int i = 0; i < of.length; i++) {
                MemorySegment.ofArray(bytes).set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, (float) of[i]);
            }
            data.put(
                    tensor.name(),
                    new TensorData(tensor.name(), Dtype.F32, tensor.shape(), MemorySegment.ofArray(bytes)));
        }
        weights = GroupTensors.read(
                GroupLayout.of(new ParameterGroup.Layer(layer), tensors), precision, TinyModel.source(data), "");
    }

    /** One matrix {@code w}. */
    public static TestBlock ofMatrix(int rows, int columns, Precision precision) {
        ParameterGroup group = new ParameterGroup.Layer(0);
        return new TestBlock(
                0,
                precision,
                Map.of("w", weights(rows, columns)),
                List.of(new ExpectedTensor("w", List.of((long) rows, (long) columns), group, TensorRole.DOWN)));
    }

    /** A matrix, a norm and a bias. */
    public static TestBlock ofLayer(Precision precision) {
        return ofLayer(0, precision, Map.of("w", weights(4, 4), "norm", weights(1, 4), "bias", weights(1, 4)));
    }

    /** A 4 x 4 matrix {@code w}, a {@code norm} and a {@code bias} with the given values. */
    public static TestBlock ofLayer(int layer, Precision precision, Map<String, double[]> values) {
        ParameterGroup group = new ParameterGroup.Layer(layer);
        return new TestBlock(
                layer,
                precision,
                values,
                List.of(
                        new ExpectedTensor("w", List.of(4L, 4L), group, TensorRole.DOWN),
                        new ExpectedTensor("norm", List.of(4L), group, TensorRole.INPUT_NORM),
                        new ExpectedTensor("bias", List.of(4L), group, TensorRole.DOWN_BIAS)));
    }

    /** sin(0.1 * (i * n + j + 1)). */
    public static double[] weights(int rows, int columns) {
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(0.1 * (i + 1));
        }
        return values;
    }

    /** cos(0.37 * (i * n + j + 1) * (t + 1)) + 0.3 * sin(0.11 * (i + 1) * (j + 2) + 0.5 * t). */
    public static double[] gradient(int rows, int columns, int t) {
        double[] values = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                values[i * columns + j] = Math.cos(0.37 * (i * columns + j + 1) * (t + 1))
                        + 0.3 * Math.sin(0.11 * (i + 1) * (j + 2) + 0.5 * t);
            }
        }
        return values;
    }

    /** The stored weights. */
    public List<GroupTensors> groups() {
        return List.of(weights);
    }

    /** One update with the closed-form gradient of a step, rounded to the precision of the weights as the reference does. */
    public void step(ActiveParameters active, int t, double rate) {
        step(
                active,
                t,
                rate,
                1,
                shape -> gradient(
                        (int) (shape.size() == 1 ? 1 : shape.getFirst()),
                        shape.getLast().intValue(),
                        t));
    }

    /** One update with gradients of zero. */
    public void stepWithoutGradient(ActiveParameters active, double rate) {
        step(
                active,
                0,
                rate,
                1,
                shape -> new double[shape.stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b)]);
    }

    /** One update with gradients given by shape, rounded to the precision of the weights; factors are the gradient and an identity. */
    public void step(
            ActiveParameters active, long step, double rate, double scale, Function<List<Long>, double[]> ofShape) {
        try (TensorScope _ = TensorScope.open("step");
                OptimizerStep update = active.begin(step)) {
            pass(update, ofShape);
            if (!Double.isFinite(update.norm())) {
                return;
            }
            update.update(rate, scale);
            if (update.traversal() == Traversal.LAYERS_TWICE) {
                pass(update, ofShape);
            }
        }
    }

    /** One update with the same gradient in all elements, added so many times as a micro-batch of its own. */
    public void stepInParts(ActiveParameters active, long step, double rate, int parts, double value) {
        try (TensorScope _ = TensorScope.open("step");
                OptimizerStep update = active.begin(step)) {
            for (int i = 0; i < parts; i++) {
                pass(update, shape -> DoubleStream.generate(() -> value)
                        .limit(shape.stream().reduce(1L, Math::multiplyExact))
                        .toArray());
            }
            update.update(rate, 1);
        }
    }

    private void pass(OptimizerStep update, Function<List<Long>, double[]> ofShape) {
        ParameterGroup group = weights.layout().group();
        for (GroupLayout.Entry entry : weights.layout().entries()) {
            Tensor gradient = gradient(entry.shape(), ofShape.apply(entry.shape()));
            switch (update.form(group, entry.slot())) {
                case NONE -> {}
                case DENSE -> update.add(group, entry.slot(), gradient);
                case FACTORS ->
                    update.addFactors(
                            group,
                            entry.slot(),
                            torch.eye(gradient.size(1), TensorBytes.options(ScalarType.Float)),
                            gradient.t().contiguous());
            }
        }
        update.complete(group);
    }

    private Tensor gradient(List<Long> extents, double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        long[] shape = extents.stream().mapToLong(Long::longValue).toArray();
        return TensorBytes.floats(floats, shape)
                .to(weights.precision().scalarType())
                .to(ScalarType.Float);
    }

    /** A tensor's present values. */
    public float[] values(String name) {
        for (TensorData tensor : weights.export("")) {
            if (tensor.name().equals(name)) {
                try (TensorScope _ = TensorScope.open("values")) {
                    return TensorBytes.floats(TensorBytes.read(tensor.dtype(), tensor.shape(), tensor.bytes())
                            .to(ScalarType.Float));
                }
            }
        }
        throw new IllegalArgumentException("no tensor " + name);
    }

    @Override
    public void close() {
        weights.close();
    }
}
