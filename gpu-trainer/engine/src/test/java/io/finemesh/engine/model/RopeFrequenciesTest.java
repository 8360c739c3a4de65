package io.finemesh.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.Rope;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class RopeFrequenciesTest {
    private static final int HEAD = 64;

    @Test
    void fallGeometricallyWithoutScaling() {
        float[] frequencies = of("{\"rope_type\": \"default\", \"rope_theta\": 10000.0}");

        for (int i = 0; i < HEAD / 2; i++) {
            assertThat((double) frequencies[i]).isCloseTo(Math.pow(10000, -2.0 * i / HEAD), within(1e-7));
        }
    }

    @Test
    void areDividedByALinearFactor() {
        float[] plain = of("{\"rope_type\": \"default\", \"rope_theta\": 10000.0}");
        float[] scaled = of("{\"rope_type\": \"linear\", \"rope_theta\": 10000.0, \"factor\": 4.0}");

        for (int i = 0; i < HEAD / 2; i++) {
            assertThat(scaled[i]).isEqualTo(plain[i] / 4);
        }
    }

    @Test
    void llama3KeepsShortAndStretchesLongWavelengths() {
        float[] plain = of("{\"rope_type\": \"default\", \"rope_theta\": 500000.0}");
        float[] scaled =
                of("{\"rope_type\": \"llama3\", \"rope_theta\": 500000.0, \"factor\": 8.0, \"low_freq_factor\": 1.0, "
                        + "\"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 8192}");

        int blended = 0;
        for (int i = 0; i < HEAD / 2; i++) {
            double wavelength = 2 * Math.PI / plain[i];
            if (wavelength < 8192 / 4.0) {
                assertThat(scaled[i]).isEqualTo(plain[i]);
            } else if (wavelength > 8192) {
                assertThat(scaled[i]).isEqualTo(plain[i] / 8);
            } else {
                blended++;
                assertThat(scaled[i]).isBetween(plain[i] / 8, plain[i]);
            }
        }
        assertThat(blended).isPositive();
    }

    /** The formula of transformers: 1 / (factor * theta^(2i/d)), and attention sharper by sqrt(1 + ln(65536/4096) / ln(4096)). */
    @Test
    void longropeDividesByFactorsOfItsOwnWithinAndBeyondTheOriginalContext() {
        String within = IntStream.range(0, 32).mapToObj(i -> 1 + 0.25 * i + "").collect(Collectors.joining(","));
        String beyond = IntStream.range(0, 32).mapToObj(i -> 2 + 1.5 * i + "").collect(Collectors.joining(","));
        Rope own = rope(
                "{\"rope_type\": \"longrope\", \"rope_theta\": 10000.0, \"original_max_position_embeddings\": 4096, "
                        + "\"short_factor\": [" + within + "], \"long_factor\": [" + beyond + "]}");
        for (int i = 0; i < 32; i++) {
            double plain = Math.pow(10_000, -2.0 * i / 64);
            assertThat((double) RopeFrequencies.of(own)[i]).isCloseTo(plain / (1 + 0.25 * i), withinPercentage(1e-4));
            assertThat((double) RopeFrequencies.of(own, true)[i])
                    .isCloseTo(plain / (2 + 1.5 * i), withinPercentage(1e-4));
        }
        assertThat(RopeFrequencies.longestWithin(own)).isEqualTo(4096);
        assertThat(RopeFrequencies.strength(own))
                .isCloseTo(Math.sqrt(1 + Math.log(16) / Math.log(4096)), within(1e-12));
    }

    /** By the formulas of the paper, with other code: pairs from the first that turns 32 times to the last that turns once are blended. */
    @Test
    void yarnKeepsWhatTurnsOftenAndStretchesWhatTurnsSeldom() {
        float[] plain = of("{\"rope_type\": \"default\", \"rope_theta\": 10000.0}");
        Rope yarn = rope("{\"rope_type\": \"yarn\", \"rope_theta\": 10000.0, \"factor\": 4.0, "
                + "\"original_max_position_embeddings\": 2048}");
        float[] scaled = RopeFrequencies.of(yarn);

        int often = 0;
        int seldom = 0;
        for (int i = 0; i < HEAD / 2; i++) {
            double turns = 2048 * plain[i] / (2 * Math.PI);
            if (turns > 32) {
                often++;
                assertThat(scaled[i]).isEqualTo(plain[i]);
            } else if (turns < 0.75) { // the end of the ramp is the next whole index
                seldom++;
                assertThat((double) scaled[i]).isCloseTo(plain[i] / 4.0, within(1e-9));
            } else {
                assertThat((double) scaled[i]).isBetween(plain[i] / 4.0 - 1e-9, (double) plain[i]);
            }
        }
        assertThat(often).isPositive();
        assertThat(seldom).isPositive();
        assertThat(RopeFrequencies.strength(yarn)).isCloseTo(0.1 * Math.log(4) + 1, within(1e-12));
    }

    @Test
    void turningKeepsLengthsAndDependsOnDistanceOnly() {
        Backend.start(TinyModel.THREADS);
        try (TensorScope _ = TensorScope.open("test")) {
            RotaryEmbedding rotary = new RotaryEmbedding(rope("{\"rope_type\": \"default\", \"rope_theta\": 10000.0}"));
            float[] values = new float[2 * HEAD];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(1 + 0.37 * i);
            }
            Tensor heads = TensorBytes.floats(values, 2, 1, HEAD); // a query and a key
            double near = dot(rotary.at(new int[] {5, 3}, new int[] {6, 6}).turn(heads));
            double far =
                    dot(rotary.at(new int[] {105, 103}, new int[] {106, 106}).turn(heads));

            assertThat(far).isCloseTo(near, within(1e-3));
            assertThat(dot(rotary.at(new int[] {5, 4}, new int[] {6, 6}).turn(heads)))
                    .isNotCloseTo(near, within(1e-3));
        }
    }

    private static double dot(Tensor turned) {
        float[] values = TensorBytes.floats(turned);
        double sum = 0;
        for (int i = 0; i < HEAD; i++) {
            sum += values[i] * values[HEAD + i];
        }
        return sum;
    }

    private static float[] of(String parameters) {
        return RopeFrequencies.of(rope(parameters));
    }

    private static Rope rope(String parameters) {
        return ModelConfiguration.parse("""
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "num_hidden_layers": 1, \
                "hidden_size": 64, "num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": 64, "intermediate_size": 8, \
                "vocab_size": 8, "tie_word_embeddings": true, "rms_norm_eps": 1e-5, "max_position_embeddings": 65536, \
                "rope_parameters": %s}\
                """.formatted(parameters)).attention(0).rope();
    }
}
