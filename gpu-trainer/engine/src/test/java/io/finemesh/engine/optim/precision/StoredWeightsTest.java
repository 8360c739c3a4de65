package io.finemesh.engine.optim.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoredWeightsTest {
    private static final int SIDE = 512;
    private static final double RATE = 1e-6;

    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    /** At a rate of 1e-6, at which bf16 weights of usual size rounded to nearest take 3 % of each step (optimizers.md 1.8.2). */
    @ParameterizedTest
    @EnumSource(WeightRounding.class)
    void atLeast99PercentOfAStepOf1e6Lands(WeightRounding rounding) {
        int steps = 100;
        try (GroupTensors weights = weights();
                StoredWeights stored = StoredWeights.enter(weights, rounding, 3);
                TensorScope _ = TensorScope.open("test")) {
            double before = mean(weights);
            for (int step = 0; step < steps; step++) {
                stored.update(WeightSlot.DOWN, step, wide -> wide.add_(new Scalar(RATE)));
            }
            double landed = (mean(weights) - before) / (steps * RATE);
            System.out.printf("LANDED %s %.4f of the nominal update%n", rounding, landed);
            assertThat(landed).isCloseTo(1, within(0.01));
        }
    }

    /** What the methods above are for: it fails without them. */
    @Test
    void roundedToNearestMostOfAStepVanishes() {
        try (GroupTensors weights = weights();
                TensorScope _ = TensorScope.open("test");
                NoGradGuard _ = new NoGradGuard()) {
            double before = mean(weights);
            for (int step = 0; step < 20; step++) {
                Tensor stored = weights.get(WeightSlot.DOWN);
                stored.copy_(stored.to(ScalarType.Float).add_(new Scalar(RATE)));
            }
            assertThat((mean(weights) - before) / (20 * RATE)).isLessThan(0.2);
        }
    }

    @ParameterizedTest
    @EnumSource(WeightRounding.class)
    void savedWeightsContinueBitForBit(WeightRounding rounding) {
        try (GroupTensors whole = weights();
                GroupTensors parts = weights();
                StoredWeights uninterrupted = StoredWeights.enter(whole, rounding, 3)) {
            Map<String, TensorData> saved = new LinkedHashMap<>();
            try (StoredWeights first = StoredWeights.enter(parts, rounding, 3)) {
                for (int step = 0; step < 4; step++) {
                    uninterrupted.update(WeightSlot.DOWN, step, wide -> wide.add_(new Scalar(1e-5)));
                    first.update(WeightSlot.DOWN, step, wide -> wide.add_(new Scalar(1e-5)));
                }
                first.export().forEach(tensor -> saved.put(tensor.name(), tensor));
            }
            try (StoredWeights second = StoredWeights.resume(parts, rounding, 3, TinyModel.source(saved))) {
                for (int step = 4; step < 8; step++) {
                    uninterrupted.update(WeightSlot.DOWN, step, wide -> wide.add_(new Scalar(1e-5)));
                    second.update(WeightSlot.DOWN, step, wide -> wide.add_(new Scalar(1e-5)));
                }
                assertThat(second.bytes()).isEqualTo(uninterrupted.bytes());
            }
            assertThat(values(parts)).isEqualTo(values(whole));
        }
    }

    private static double mean(GroupTensors weights) {
        double sum = 0;
        for (float value : values(weights)) {
            sum += value;
        }
        return sum / (SIDE * SIDE);
    }

    private static float[] values(GroupTensors weights) {
        try (TensorScope _ = TensorScope.open("values")) {
            return TensorBytes.floats(weights.get(WeightSlot.DOWN).to(ScalarType.Float));
        }
    }

    /** Of standard deviation 0.02, as language models have them. */
    private static GroupTensors weights() {
        SplittableRandom random = new SplittableRandom(11);
        float[] values = new float[SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.02 * random.nextGaussian());
        }
        ParameterGroup group = new ParameterGroup.Layer(0);
        GroupLayout layout = GroupLayout.of(
                group, List.of(new ExpectedTensor("w", List.of((long) SIDE, (long) SIDE), group, TensorRole.DOWN)));
        GroupTensors weights = GroupTensors.zeros(layout, Precision.BF16);
        try (TensorScope _ = TensorScope.open("initial");
                NoGradGuard _ = new NoGradGuard()) {
            weights.get(WeightSlot.DOWN).copy_(TensorBytes.floats(values, SIDE, SIDE));
        }
        return weights;
    }
}
