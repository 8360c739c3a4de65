package io.finemesh.workbench.parity;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.UpdateTrial;
import io.finemesh.engine.tensor.Precision;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A few tensors whose weights and gradients are closed forms, to drive an optimizer by hand. */
final class UpdateBench implements AutoCloseable {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final UpdateTrial trial;

    /**
     * A tensor to be trained.
     *
     * @param role decides whether it is a matrix
     * @param columns of it; a vector has one row
     * @param factor of the closed form
     */
    record Parameter(String name, TensorRole role, int rows, int columns, double factor) {
        private ExpectedTensor described(int layer) {
            boolean matrix = role == TensorRole.DOWN;
            List<Long> shape = matrix ? List.of((long) rows, (long) columns) : List.of((long) columns);
            return new ExpectedTensor(name, shape, new ParameterGroup.Layer(layer), role);
        }

        private double[] start() {
            return Arrays.stream(weights(rows, columns))
                    .map(value -> value * factor)
                    .toArray();
        }
    }

    /**
     * Weights by the closed form, each times its factor.
     *
     * @param layer they belong to
     */
    UpdateBench(int layer, List<Parameter> trained, Precision precision) {
        trained.forEach(parameter -> parameters.put(parameter.name(), parameter));
        this.trial = new UpdateTrial(
                layer,
                trained.stream().map(parameter -> parameter.described(layer)).toList(),
                name -> parameters.get(name).start(),
                precision);
    }

    /** One matrix {@code w} of 32-bit floats. */
    static UpdateBench ofMatrix(int rows, int columns) {
        return new UpdateBench(0, List.of(new Parameter("w", TensorRole.DOWN, rows, columns, 1)), Precision.FP32);
    }

    /** The stored weights. */
    List<GroupTensors> groups() {
        return trial.groups();
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
        trial.step(active, t, learningRate, name -> {
            Parameter parameter = parameters.get(name);
            return gradient(parameter.rows(), parameter.columns(), t);
        });
    }

    /** Present values of a tensor. */
    double[] values(String name) {
        return doubles(trial.values(name));
    }

    static double[] doubles(float[] floats) {
        double[] values = new double[floats.length];
        Arrays.setAll(values, i -> floats[i]);
        return values;
    }

    @Override
    public void close() {
        trial.close();
    }
}
