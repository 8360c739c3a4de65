package io.finemesh.engine.optim.adam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.TestBlock;
import io.finemesh.engine.optim.badam.ActiveBlock;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The update itself, on closed-form weights and gradients. */
class AdamWTest {
    private static final double RATE = 0.01;
    private static final double DECAY = 0.1;

    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    @Test
    void followsTheFormula() {
        AdamHyperparameters settings = new AdamHyperparameters(0.9, 0.999, 1e-6, DECAY, AdamHyperparameters.Decay.ALL);
        double[] w = TestBlock.weights(6, 4);
        double[] m = new double[24];
        double[] v = new double[24];
        try (TestBlock block = TestBlock.ofMatrix(6, 4, Precision.FP32);
                ActiveBlock active = ActiveBlock.enter("test", block.groups(), settings)) {
            for (int t = 0; t < 7; t++) {
                double[] g = TestBlock.gradient(6, 4, t);
                block.step(active, t, RATE);
                for (int i = 0; i < w.length; i++) {
                    w[i] *= 1 - RATE * DECAY;
                    m[i] = 0.9 * m[i] + 0.1 * g[i];
                    v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
                    double corrected = m[i] / (1 - Math.pow(0.9, t + 1));
                    w[i] -= RATE * corrected / (Math.sqrt(v[i] / (1 - Math.pow(0.999, t + 1))) + 1e-6);
                }
                assertClose(block.values("w"), w, 2e-6);
            }
            assertThat(active.updates()).isEqualTo(7);
            for (TensorData moment : active.export()) {
                assertClose(
                        moment.bytes().toArray(ValueLayout.JAVA_FLOAT),
                        moment.name().startsWith("first") ? m : v,
                        2e-6);
            }
        }
    }

    @Test
    void agreesWithTorch() throws IOException {
        Path golden = Path.of(System.getProperty("finemesh.shared", "absent"), "golden", "optimizers.json");
        Assumptions.assumeTrue(
                Files.isRegularFile(golden),
                () -> "golden optimizers are not beside this checkout: " + golden + " is missing");
        JsonNode expected = new ObjectMapper().readTree(golden.toFile()).get("torch_adamw_6x4_same_hyper");
        AdamHyperparameters settings = new AdamHyperparameters(0.9, 0.999, 1e-6, DECAY, AdamHyperparameters.Decay.ALL);
        try (TestBlock block = TestBlock.ofMatrix(6, 4, Precision.FP32);
                ActiveBlock active = ActiveBlock.enter("test", block.groups(), settings)) {
            for (int t = 0; t < 7; t++) {
                block.step(active, t, RATE);
            }
            float[] found = block.values("w");
            for (int i = 0; i < found.length; i++) {
                assertThat((double) found[i])
                        .as("w[" + i + "]")
                        .isCloseTo(expected.get(i / 4).get(i % 4).doubleValue(), within(2e-6));
            }
        }
    }

    @Test
    void decayExclusionIsHonoured() {
        AdamHyperparameters settings = AdamHyperparameters.withDecay(0.5);
        try (TestBlock block = TestBlock.ofLayer(Precision.FP32);
                ActiveBlock active = ActiveBlock.enter("test", block.groups(), settings)) {
            float[] matrix = block.values("w");
            float[] norm = block.values("norm");

            block.stepWithoutGradient(active, RATE);

            float[] matrixAfter = block.values("w");
            assertThat(block.values("norm")).isEqualTo(norm);
            for (int i = 0; i < matrix.length; i++) {
                assertThat((double) matrixAfter[i]).isCloseTo(matrix[i] * (1 - RATE * 0.5), within(1e-7));
            }
        }
    }

    @Test
    void refusesImpossibleSettings() {
        assertThatThrownBy(() -> new AdamHyperparameters(1, 0.999, 1e-8, 0, AdamHyperparameters.Decay.ALL))
                .hasMessageContaining("beta1 must be at least 0 and below 1, got 1.0");
        assertThatThrownBy(() -> new AdamHyperparameters(0.9, -0.1, 1e-8, 0, AdamHyperparameters.Decay.ALL))
                .hasMessageContaining("beta2");
        assertThatThrownBy(() -> new AdamHyperparameters(0.9, 0.999, 0, 0, AdamHyperparameters.Decay.ALL))
                .hasMessageContaining("epsilon must be positive");
        assertThatThrownBy(() -> AdamHyperparameters.withDecay(Double.NaN)).hasMessageContaining("weight decay");
    }

    private static void assertClose(float[] found, double[] expected, double tolerance) {
        assertThat(found).hasSize(expected.length);
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as("element " + i).isCloseTo(expected[i], within(tolerance));
        }
    }

    @Test
    void exportNamesMomentsAfterWeights() {
        try (TestBlock block = TestBlock.ofLayer(Precision.FP32);
                ActiveBlock active = ActiveBlock.enter("test", block.groups(), AdamHyperparameters.withDecay(0))) {
            assertThat(active.export())
                    .extracting(TensorData::name)
                    .containsExactlyInAnyOrderElementsOf(List.of(
                            "first_moment.w",
                            "first_moment.norm",
                            "first_moment.bias",
                            "second_moment.w",
                            "second_moment.norm",
                            "second_moment.bias"));
        }
    }
}
