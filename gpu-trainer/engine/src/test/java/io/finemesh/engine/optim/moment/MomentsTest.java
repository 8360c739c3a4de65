package io.finemesh.engine.optim.moment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MomentsTest {
    private static final AdamHyperparameters SETTINGS =
            new AdamHyperparameters(0.9, 0.999, 1e-8, 0, AdamHyperparameters.Decay.ALL);

    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    @ParameterizedTest
    @CsvSource({"4095, 8", "4096, 2", "4097, 2"})
    void smallTensorsKeep32BitMoments(int elements, int bytesPerElement) {
        try (Moments moments =
                Moments.of(MomentKind.ADAMW_8BIT, SETTINGS, EpsilonPlacement.AFTER_CORRECTION, elements)) {
            assertThat(moments.bytes() / elements).isEqualTo(bytesPerElement);
        }
    }

    /**
     * Elements whose gradient is tiny beside a neighbour's once and then nothing, as in an embedding's row after its token was seen: bitsandbytes' kernels round their
     * second moment to zero and then divide the first by epsilon alone, a jump of thousands of learning rates. Here no element moves farther than with 32 bits.
     */
    @Test
    void aTinyGradientFollowedByNoneDoesNotMakeAWeightJump() {
        int elements = 4096;
        float[] once = new float[elements];
        for (int i = 0; i < elements; i++) {
            once[i] = i % 256 == 0 ? 1 : 1e-5f;
        }
        float[][] results = new float[2][];
        MomentKind[] kinds = {MomentKind.ADAMW, MomentKind.ADAMW_8BIT};
        for (int k = 0; k < 2; k++) {
            try (TensorScope _ = TensorScope.open("test");
                    Moments moments = Moments.of(kinds[k], SETTINGS, EpsilonPlacement.AFTER_CORRECTION, elements)) {
                Tensor w = TensorBytes.floats(new float[elements], elements);
                moments.update(w, TensorBytes.floats(once, elements), 1e-3);
                for (int t = 0; t < 5; t++) {
                    moments.update(w, TensorBytes.floats(new float[elements], elements), 1e-3);
                }
                results[k] = TensorBytes.floats(w);
            }
        }
        for (int i = 0; i < elements; i++) {
            assertThat(results[1][i]).isBetween(1.05f * results[0][i], 0f);
        }
        assertThat(results[1][0]).isNegative();
    }

    /** The bounds bitsandbytes sets its own kernels: weights within 1e-5 absolute plus 1e-3 relative after 50 steps. */
    @Test
    void eightBitsFollow32BitsOver50Steps() {
        int elements = 4096 + 300;
        float[] weights = normal(elements, 1, 0.1);
        float[][] results = new float[2][];
        MomentKind[] kinds = {MomentKind.ADAMW, MomentKind.ADAMW_8BIT};
        for (int k = 0; k < 2; k++) {
            try (TensorScope _ = TensorScope.open("test");
                    Moments moments = Moments.of(kinds[k], SETTINGS, EpsilonPlacement.AFTER_CORRECTION, elements)) {
                Tensor w = TensorBytes.floats(weights, elements);
                for (int t = 0; t < 50; t++) {
                    moments.update(w, TensorBytes.floats(normal(elements, 100 + t, 0.01), elements), 1e-4);
                }
                assertThat(moments.updates()).isEqualTo(50);
                results[k] = TensorBytes.floats(w);
            }
        }
        double worst = 0;
        for (int i = 0; i < elements; i++) {
            worst = Math.max(worst, Math.abs(results[1][i] - results[0][i]) - 1e-3 * Math.abs(results[0][i]));
            assertThat(results[1][i]).isNotEqualTo(weights[i]);
        }
        // Fifty steps of 1e-4 with codes of eight bits: a few per mille of the way is lost or gained.
        assertThat(worst).isLessThan(5e-4);
        assertThat(mean(results[1], results[0])).isLessThan(2e-5);
    }

    /** Updates read the moments before they are quantized again: the first step is exactly that of 32-bit Adam. */
    @Test
    void theUpdateUsesMomentsBeforeQuantization() {
        Assumptions.assumeTrue(
                Backend.onHost(),
                "a device's kernel rounds in another order; its self-test compares within a tolerance");
        int elements = 5000;
        float[] gradient = normal(elements, 7, 1);
        float[][] results = new float[2][];
        MomentKind[] kinds = {MomentKind.ADAMW, MomentKind.ADAMW_8BIT};
        for (int k = 0; k < 2; k++) {
            try (TensorScope _ = TensorScope.open("test");
                    Moments moments = Moments.of(kinds[k], SETTINGS, EpsilonPlacement.AFTER_CORRECTION, elements)) {
                Tensor w = TensorBytes.floats(normal(elements, 1, 0.1), elements);
                moments.update(w, TensorBytes.floats(gradient, elements), 1e-3);
                results[k] = TensorBytes.floats(w);
            }
        }
        assertThat(results[1]).isEqualTo(results[0]);
    }

    /** With 32-bit and 8-bit states alike, where the reference's bf16 second moment sticks at what it was (optimizers.md 1.8.1). */
    @ParameterizedTest
    @EnumSource(
            value = MomentKind.class,
            names = {"ADAMW", "ADAMW_8BIT"})
    void secondMomentForgetsAfterGradientsFall(MomentKind kind) {
        int elements = 4096;
        float[] large = new float[elements];
        float[] small = new float[elements];
        Arrays.fill(large, 1f);
        Arrays.fill(small, 0.1f);
        try (TensorScope _ = TensorScope.open("test");
                Moments moments = Moments.of(kind, SETTINGS, EpsilonPlacement.AFTER_CORRECTION, elements)) {
            for (int t = 0; t < 1000; t++) {
                try (TensorScope _ = TensorScope.open("step")) {
                    moments.direction(TensorBytes.floats(large, elements));
                }
            }
            double expected = 1 - Math.pow(0.999, 1000);
            for (int t = 0; t < 3000; t++) {
                try (TensorScope _ = TensorScope.open("step")) {
                    moments.direction(TensorBytes.floats(small, elements));
                }
                expected = 0.999 * expected + 0.001 * 0.01;
            }
            double corrected = Math.sqrt(expected / (1 - Math.pow(0.999, 4000)));
            float direction = TensorBytes.floats(moments.direction(TensorBytes.floats(small, elements)))[17];
            assertThat((double) direction).isCloseTo(0.1 / corrected, within(0.01 * 0.1 / corrected));
        }
    }

    @Test
    void epsilonBeforeCorrectionActsMoreWhileTheMomentWarmsUp() {
        AdamHyperparameters settings = new AdamHyperparameters(0.9, 0.999, 1e-2, 0, AdamHyperparameters.Decay.ALL);
        for (EpsilonPlacement placement : EpsilonPlacement.values()) {
            try (TensorScope _ = TensorScope.open("test");
                    Moments moments = Moments.of(MomentKind.ADAMW, settings, placement, 1)) {
                float found = TensorBytes.floats(moments.direction(TensorBytes.floats(new float[] {0.5f}, 1)))[0];
                double root = Math.sqrt(0.001) * 0.5;
                double expected =
                        switch (placement) {
                            case BEFORE_CORRECTION -> 0.05 / (root + 1e-2) * Math.sqrt(0.001) / 0.1;
                            case AFTER_CORRECTION -> 0.5 / (0.5 + 1e-2);
                        };
                assertThat((double) found).as(placement.name()).isCloseTo(expected, within(1e-5));
                assertThat(moments.correction()).isCloseTo(Math.sqrt(0.001) / 0.1, within(1e-12));
            }
        }
    }

    /** Adafactor's formula for two steps, in doubles. */
    @Test
    void factoredMomentsFollowTheFormula() {
        int m = 3;
        int n = 4;
        double[] rows = new double[m];
        double[] columns = new double[n];
        try (TensorScope _ = TensorScope.open("test");
                Moments moments = Moments.of(MomentKind.ADAFACTOR, SETTINGS, EpsilonPlacement.AFTER_CORRECTION, m, n)) {
            for (int t = 1; t <= 3; t++) {
                float[] g = normal(m * n, t, 2);
                double kept = 1 - Math.pow(t, -0.8);
                for (int i = 0; i < m; i++) {
                    double sum = 0;
                    for (int j = 0; j < n; j++) {
                        sum += g[i * n + j] * g[i * n + j];
                    }
                    rows[i] = kept * rows[i] + (1 - kept) * sum / n;
                }
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int i = 0; i < m; i++) {
                        sum += g[i * n + j] * g[i * n + j];
                    }
                    columns[j] = kept * columns[j] + (1 - kept) * sum / m;
                }
                double mean = (rows[0] + rows[1] + rows[2]) / m;
                double[] expected = new double[m * n];
                double squares = 0;
                for (int i = 0; i < m * n; i++) {
                    expected[i] = g[i] / Math.sqrt(rows[i / n] / mean * columns[i % n]);
                    squares += expected[i] * expected[i];
                }
                double divisor = Math.max(1, Math.sqrt(squares / (m * n)));
                float[] found = TensorBytes.floats(moments.direction(TensorBytes.floats(g, m, n)));
                for (int i = 0; i < m * n; i++) {
                    assertThat((double) found[i]).isCloseTo(expected[i] / divisor, within(1e-5));
                }
            }
            assertThat(moments.bytes()).isEqualTo(4 * (m + n));
            assertThatThrownBy(() -> moments.transform(x -> x, x -> x)).hasMessageContaining("cannot be rotated");
        }
    }

    @ParameterizedTest
    @EnumSource(MomentKind.class)
    void savedMomentsContinueBitForBit(MomentKind kind) {
        try (TensorScope _ = TensorScope.open("test");
                Moments one = Moments.of(kind, SETTINGS, EpsilonPlacement.AFTER_CORRECTION, 70, 60);
                Moments other = Moments.of(kind, SETTINGS, EpsilonPlacement.AFTER_CORRECTION, 70, 60)) {
            for (int t = 0; t < 5; t++) {
                one.direction(TensorBytes.floats(normal(4200, t, 1), 70, 60));
            }
            Map<String, TensorData> saved = new LinkedHashMap<>();
            one.export("w").forEach(tensor -> saved.put(tensor.name(), tensor));
            other.restore(TinyModel.source(saved), "w", one.updates());
            Tensor next = TensorBytes.floats(normal(4200, 99, 1), 70, 60);
            assertThat(TensorBytes.floats(other.direction(next))).isEqualTo(TensorBytes.floats(one.direction(next)));
            assertThat(List.of(other.updates())).containsExactly(6L);

            one.reset();
            assertThat(one.updates()).isZero();
        }
    }

    private static float[] normal(int count, long seed, double deviation) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }

    private static double mean(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return sum / a.length;
    }
}
