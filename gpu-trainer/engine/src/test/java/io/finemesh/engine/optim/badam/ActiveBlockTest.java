package io.finemesh.engine.optim.badam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.TestBlock;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ActiveBlockTest {
    private static final AdamHyperparameters SETTINGS =
            new AdamHyperparameters(0.9, 0.999, 1e-8, 0.1, AdamHyperparameters.Decay.ALL);

    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    /** Three bf16 layers through 14 steps of the reference implementation, which gives the first visit one step less than the others. */
    @Test
    void agreesWithTheReferenceOnBf16Weights() throws IOException {
        Path file = Path.of(System.getProperty("finemesh.shared", "absent"), "golden", "optimizers.json");
        Assumptions.assumeTrue(
                Files.isRegularFile(file),
                () -> "golden optimizers are not beside this checkout: " + file + " is missing");
        JsonNode golden = new ObjectMapper().readTree(file.toFile()).get("badam");
        List<TestBlock> layers = new ArrayList<>();
        for (int layer = 0; layer < 3; layer++) {
            layers.add(TestBlock.ofLayer(
                    layer,
                    Precision.BF16,
                    Map.of(
                            "w", times(TestBlock.weights(4, 4), 1 + 0.1 * (3 * layer)),
                            "norm", times(TestBlock.weights(1, 4), 1 + 0.1 * (3 * layer + 1)),
                            "bias", times(TestBlock.weights(1, 4), 1 + 0.1 * (3 * layer + 2)))));
        }
        ActiveBlock active = null;
        int entered = -1;
        for (int step = 0; step < 14; step++) {
            int layer = golden.get("active_block_per_step").get(step).intValue();
            if (layer != entered) {
                if (active != null) {
                    active.close();
                }
                active = ActiveBlock.enter("layer." + layer, layers.get(layer).groups(), SETTINGS);
                entered = layer;
            }
            layers.get(layer).step(active, step, 0.01);
            if (step == 5) {
                assertWeights(layers, golden.get("W_bf16_after_6_steps"));
            }
        }
        assertWeights(layers, golden.get("W_bf16_final"));
        Map<String, float[]> masters = floats(active.export());
        String[] names = {"w", "norm", "bias"};
        for (int i = 0; i < names.length; i++) {
            JsonNode expected = golden.get("active_hp_fp32_final").get(i);
            float[] found = masters.get("master." + names[i]);
            for (int j = 0; j < found.length; j++) {
                assertThat((double) found[j])
                        .as("master of " + names[i] + "[" + j + "]")
                        .isCloseTo(expected.get(j).doubleValue(), within(2e-6));
            }
        }
        active.close();
        layers.forEach(TestBlock::close);
    }

    @Test
    void storedWeightsAreTheMasterRounded() {
        try (TestBlock block = TestBlock.ofLayer(Precision.BF16);
                ActiveBlock active = ActiveBlock.enter("b", block.groups(), SETTINGS)) {
            for (int t = 0; t < 5; t++) {
                block.step(active, t, 1e-3);
                float[] master = floats(active.export()).get("master.w");
                float[] stored = block.values("w");
                for (int i = 0; i < stored.length; i++) {
                    assertThat(stored[i]).isEqualTo(roundedToBf16(master[i]));
                }
            }
        }
    }

    @Test
    void stepsTooSmallForBf16AddUpInTheMaster() {
        try (TestBlock block = TestBlock.ofLayer(Precision.BF16);
                ActiveBlock active = ActiveBlock.enter(
                        "b", block.groups(), new AdamHyperparameters(0, 0, 1e-12, 0, AdamHyperparameters.Decay.ALL))) {
            float before = block.values("w")[12];
            for (int t = 0; t < 100; t++) {
                // The same gradient each time: with both betas 0 each step is exactly the rate, a hundredth of the
                // spacing of bf16 near 1.
                block.step(active, 3, 1e-4);
            }
            float after = block.values("w")[12];
            assertThat((double) Math.abs(after - before)).isCloseTo(1e-2, within(4e-3));
        }
    }

    @Test
    void firstStepAfterEnteringIsASignStep() {
        AdamHyperparameters settings = new AdamHyperparameters(0.9, 0.999, 1e-10, 0, AdamHyperparameters.Decay.ALL);
        try (TestBlock block = TestBlock.ofLayer(Precision.FP32)) {
            for (int visit = 0; visit < 3; visit++) {
                try (ActiveBlock active = ActiveBlock.enter("b", block.groups(), settings)) {
                    assertThat(active.updates()).isZero();
                    float[] before = block.values("w");
                    block.step(active, visit, 1e-2);
                    float[] after = block.values("w");
                    double[] gradient = TestBlock.gradient(4, 4, visit);
                    for (int i = 0; i < before.length; i++) {
                        assertThat((double) (before[i] - after[i]))
                                .isCloseTo(Math.signum(gradient[i]) * 1e-2, within(1e-6));
                    }
                    block.step(active, visit + 1, 1e-2);
                }
            }
        }
    }

    @Test
    void resumesInTheMiddleOfAVisit() {
        for (Precision precision : Precision.values()) {
            try (TestBlock whole = TestBlock.ofLayer(precision);
                    TestBlock parts = TestBlock.ofLayer(precision);
                    ActiveBlock uninterrupted = ActiveBlock.enter("b", whole.groups(), SETTINGS)) {
                ActiveBlock first = ActiveBlock.enter("b", parts.groups(), SETTINGS);
                for (int t = 0; t < 3; t++) {
                    whole.step(uninterrupted, t, 1e-3);
                    parts.step(first, t, 1e-3);
                }
                Map<String, TensorData> state = new LinkedHashMap<>();
                first.export().forEach(tensor -> state.put(tensor.name(), tensor));
                first.close();
                try (ActiveBlock second =
                        ActiveBlock.resume("b", parts.groups(), SETTINGS, TinyModel.source(state), 3)) {
                    for (int t = 3; t < 6; t++) {
                        whole.step(uninterrupted, t, 1e-3);
                        parts.step(second, t, 1e-3);
                    }
                    assertThat(parts.values("w")).as(precision.name()).isEqualTo(whole.values("w"));
                    assertThat(floats(second.export()).get("second_moment.w"))
                            .isEqualTo(floats(uninterrupted.export()).get("second_moment.w"));
                }
            }
        }
    }

    private static double[] times(double[] values, double factor) {
        return Arrays.stream(values).map(value -> value * factor).toArray();
    }

    /** Exact but for one unit in the last of eight bits, as rounding may meet a tie. */
    private static void assertWeights(List<TestBlock> layers, JsonNode expected) {
        String[] names = {"w", "norm", "bias"};
        int tensor = 0;
        for (TestBlock layer : layers) {
            for (String name : names) {
                float[] found = layer.values(name);
                JsonNode reference = expected.get(tensor++);
                for (int i = 0; i < found.length; i++) {
                    double value = reference.get(i).doubleValue();
                    double unit = Math.ulp((float) value) * (1 << 16);
                    assertThat((double) found[i])
                            .as(name + "[" + i + "] of tensor " + tensor)
                            .isCloseTo(value, within(unit));
                }
            }
        }
    }

    private static float roundedToBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounded = bits + 0x7fff + ((bits >>> 16) & 1);
        return Float.intBitsToFloat(rounded & 0xffff_0000);
    }

    private static Map<String, float[]> floats(List<TensorData> tensors) {
        Map<String, float[]> values = new LinkedHashMap<>();
        tensors.forEach(tensor -> values.put(tensor.name(), tensor.bytes().toArray(ValueLayout.JAVA_FLOAT)));
        return values;
    }
}
