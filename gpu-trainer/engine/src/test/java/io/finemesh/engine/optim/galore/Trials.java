package io.finemesh.engine.optim.galore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.TestBlock;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.engine.tensor.Precision;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** One small matrix under GaLore: what its tests make and look at. */
final class Trials {
    static final AdamHyperparameters NO_DECAY =
            new AdamHyperparameters(0.9, 0.999, 1e-6, 0, AdamHyperparameters.Decay.ALL);
    static final double RATE = 0.01;

    private Trials() {}

    static GaloreParameters enter(TestBlock block, GaloreSettings settings, AdamHyperparameters adam) {
        return GaloreParameters.enter("all", block.groups(), settings, adam, WeightRounding.MASTER, false, 5);
    }

    static float[] afterSteps(int rows, int columns, ProjectionSide side, Function<List<Long>, double[]> gradient) {
        GaloreSettings settings = GaloreSettings.reference(2, 3, 1).withSide(side);
        try (TestBlock block = TestBlock.ofMatrix(rows, columns, Precision.FP32);
                ActiveParameters active = enter(block, settings, NO_DECAY)) {
            float[] before = block.values("w");
            block.step(active, 0, RATE, 1, gradient);
            block.step(active, 1, RATE, 1, gradient);
            float[] after = block.values("w");
            for (int i = 0; i < after.length; i++) {
                after[i] -= before[i];
            }
            return after;
        }
    }

    static double[] transposed(double[] values, int rows, int columns) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i % columns * rows + i / columns] = values[i];
        }
        return result;
    }

    /** A sum of outer products of waves, each a tenth of the one before. */
    static double[] falling(int rows, int columns) {
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            for (int k = 0; k < 8; k++) {
                values[i] += Math.pow(10, -k)
                        * Math.sin((k + 1) * (i / columns + 0.5))
                        * Math.cos((k + 1) * (i % columns) * 0.7);
            }
        }
        return values;
    }

    /** Cut to bf16, so that weights of both precisions see the same gradient: what is rounding in it would fill the subspace too. */
    static double[] inBf16(double[] values) {
        return Arrays.stream(values)
                .map(value -> Float.intBitsToFloat(Float.floatToRawIntBits((float) value) & 0xffff_0000))
                .toArray();
    }

    static double[] poisoned(int rows, int columns) {
        double[] values = TestBlock.gradient(rows, columns, 0);
        values[3] = Double.NaN;
        return values;
    }

    static long interval(ActiveParameters active) {
        return state(active).get("galore_counters.w").bytes().get(ValueLayout.JAVA_LONG_UNALIGNED, 16);
    }

    static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.pow(a[i] - b[i], 2);
        }
        return Math.sqrt(sum);
    }

    /** By elimination with full pivoting. */
    static int rankOf(double[][] matrix, double tolerance) {
        int rank = 0;
        double scale = Arrays.stream(matrix)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .max()
                .orElse(1);
        boolean[] used = new boolean[matrix.length];
        for (int round = 0; round < matrix.length; round++) {
            int pivotRow = -1;
            int pivotColumn = -1;
            double largest = tolerance * scale;
            for (int i = 0; i < matrix.length; i++) {
                for (int j = 0; j < matrix[i].length; j++) {
                    if (!used[i] && Math.abs(matrix[i][j]) > largest) {
                        largest = Math.abs(matrix[i][j]);
                        pivotRow = i;
                        pivotColumn = j;
                    }
                }
            }
            if (pivotRow < 0) {
                return rank;
            }
            rank++;
            used[pivotRow] = true;
            for (int i = 0; i < matrix.length; i++) {
                if (!used[i]) {
                    double factor = matrix[i][pivotColumn] / matrix[pivotRow][pivotColumn];
                    for (int j = 0; j < matrix[i].length; j++) {
                        matrix[i][j] -= factor * matrix[pivotRow][j];
                    }
                }
            }
        }
        return rank;
    }

    static void assertOrthonormal(TensorData basis) {
        int rows = Math.toIntExact(basis.shape().get(0));
        int columns = Math.toIntExact(basis.shape().get(1));
        float[] values = floats(basis);
        for (int a = 0; a < columns; a++) {
            for (int b = 0; b < columns; b++) {
                double dot = 0;
                for (int i = 0; i < rows; i++) {
                    dot += (double) values[i * columns + a] * values[i * columns + b];
                }
                assertThat(dot).isCloseTo(a == b ? 1 : 0, within(1e-5));
            }
        }
    }

    static float[] floats(TensorData tensor) {
        return tensor.bytes().toArray(ValueLayout.JAVA_FLOAT);
    }

    static Map<String, TensorData> state(ActiveParameters active) {
        Map<String, TensorData> state = new LinkedHashMap<>();
        active.export().forEach(tensor -> state.put(tensor.name(), tensor));
        return state;
    }

    static Map<String, List<Byte>> bits(ActiveParameters active) {
        Map<String, List<Byte>> bits = new LinkedHashMap<>();
        active.export().forEach(tensor -> {
            List<Byte> bytes = new ArrayList<>();
            for (byte b : tensor.bytes().toArray(ValueLayout.JAVA_BYTE)) {
                bytes.add(b);
            }
            bits.put(tensor.name(), bytes);
        });
        return bits;
    }
}
