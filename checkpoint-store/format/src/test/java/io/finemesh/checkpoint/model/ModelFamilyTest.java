package io.finemesh.checkpoint.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.model.ParameterGroup.Layer;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the fields of each family's configuration mean, absent, null and set, as in the configuration classes of transformers 5. */
class ModelFamilyTest {
    private static ModelConfiguration parse(String type, String more) {
        return ModelConfiguration.parse(json(type, more));
    }

    private static String json(String type, String more) {
        return """
                {"model_type": "%s", "vocab_size": 50, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 7,
                 "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 16%s}""".formatted(type, more);
    }

    private static List<Problem> problems(String type, String more) {
        return catchThrowableOfType(ModelConfigurationException.class, () -> parse(type, more))
                .problems();
    }

    private static List<OptionalInt> windows(ModelConfiguration configuration) {
        return configuration.parts().layers().stream()
                .map(LayerAttention::window)
                .toList();
    }

    private static List<Integer> windowed(ModelConfiguration configuration) {
        return IntStream.range(0, configuration.layerCount())
                .filter(i -> configuration.attention(i).window().isPresent())
                .boxed()
                .toList();
    }

    @Test
    void mistralHasAWindowUnlessItSaysNull() {
        assertThat(windows(parse("mistral", ""))).containsOnly(OptionalInt.of(4096));
        assertThat(windows(parse("mistral", ", \"sliding_window\": null"))).containsOnly(OptionalInt.empty());
        assertThat(windows(parse("mistral", ", \"sliding_window\": 8"))).containsOnly(OptionalInt.of(8));
    }

    @Test
    void qwenIgnoresItsWindowUnlessAskedToUseIt() {
        for (String type : List.of("qwen2", "qwen3")) {
            assertThat(windowed(parse(type, ", \"sliding_window\": 131072, \"max_window_layers\": 2")))
                    .isEmpty();
            assertThat(windowed(parse(type, ", \"use_sliding_window\": true, \"sliding_window\": 8")))
                    .isEmpty(); // the default keeps the window from the first 28 layers
            assertThat(windowed(parse(
                            type, ", \"use_sliding_window\": true, \"sliding_window\": 8, \"max_window_layers\": 5")))
                    .containsExactly(5, 6);
            assertThat(windowed(parse(
                            type,
                            ", \"use_sliding_window\": true, \"layer_types\": [\"full_attention\", "
                                    + "\"sliding_attention\", \"full_attention\", \"full_attention\", \"full_attention\", "
                                    + "\"full_attention\", \"sliding_attention\"]")))
                    .containsExactly(1, 6);
        }
    }

    @Test
    void qwen2HasBiasesOfQueryKeyAndValueOnly() {
        assertThat(parse("qwen2", "").parts().biases())
                .containsExactlyInAnyOrder(TensorRole.QUERY_BIAS, TensorRole.KEY_BIAS, TensorRole.VALUE_BIAS);
        assertThat(parse("qwen3", ", \"attention_bias\": true").parts().biases())
                .containsExactlyInAnyOrder(
                        TensorRole.QUERY_BIAS,
                        TensorRole.KEY_BIAS,
                        TensorRole.VALUE_BIAS,
                        TensorRole.ATTENTION_OUTPUT_BIAS);
    }

    @Test
    void gemmaScalesEmbeddingsAndAddsOneToNormWeights() {
        for (String type : List.of("gemma", "gemma2", "gemma3_text")) {
            ModelConfiguration configuration = parse(type, "");
            assertThat(configuration.parts().embeddingScale()).isEqualTo(8);
            assertThat(configuration.parts().normScale()).isEqualTo(NormScale.ONE_PLUS_WEIGHT);
            assertThat(configuration.tiedEmbeddings()).isTrue();
            assertThat(configuration.activation()).isEqualTo(Activation.GELU_TANH);
        }
        assertThat(parse("llama", "").parts().embeddingScale()).isEqualTo(1);
    }

    @Test
    void geluOfTheFirstGemmaFilesMeansTheApproximation() {
        assertThat(parse("gemma", ", \"hidden_act\": \"gelu\"").activation()).isEqualTo(Activation.GELU_TANH);
        assertThat(parse("gemma", ", \"hidden_act\": \"gelu\", \"hidden_activation\": null")
                        .activation())
                .isEqualTo(Activation.GELU_TANH);
        assertThat(parse("gemma2", ", \"hidden_act\": \"silu\"").activation()).isEqualTo(Activation.GELU_TANH);
        assertThat(parse("llama", ", \"hidden_act\": \"gelu\"").activation()).isEqualTo(Activation.GELU);
    }

    @Test
    void gemma2CapsUnlessItSaysNull() {
        DecoderParts usual = parse("gemma2", "").parts();
        assertThat(usual.attentionSoftCap()).isEqualTo(OptionalDouble.of(50));
        assertThat(usual.logitSoftCap()).isEqualTo(OptionalDouble.of(30));
        assertThat(usual.attentionScale()).isEqualTo(1.0 / 16);
        DecoderParts none = parse("gemma2", ", \"attn_logit_softcapping\": null, \"final_logit_softcapping\": null")
                .parts();
        assertThat(none.attentionSoftCap()).isEmpty();
        assertThat(none.logitSoftCap()).isEmpty();
        assertThat(parse("gemma3_text", "").parts().attentionSoftCap()).isEmpty();
        assertThat(parse("gemma2", ", \"query_pre_attn_scalar\": 64").parts().attentionScale())
                .isEqualTo(1.0 / 8);
        assertThat(parse("gemma", "").parts().attentionScale()).isEqualTo(1.0 / 4);
    }

    @Test
    void gemma2WindowsEveryOtherLayerFromTheFirst() {
        assertThat(windowed(parse("gemma2", ""))).containsExactly(0, 2, 4, 6);
        assertThat(parse("gemma2", "").attention(0).window()).hasValue(4096);
    }

    @Test
    void gemma3WindowsAllButEveryNthAndTurnsThemAtAnotherPace() {
        ModelConfiguration usual = parse("gemma3_text", "");
        assertThat(windowed(usual)).containsExactly(0, 1, 2, 3, 4, 6);
        assertThat(usual.attention(0).rope().theta()).isEqualTo(10_000);
        assertThat(usual.attention(5).rope().theta()).isEqualTo(1_000_000);
        assertThat(windowed(parse("gemma3_text", ", \"sliding_window_pattern\": 3")))
                .containsExactly(0, 1, 3, 4, 6);

        ModelConfiguration version4 = parse(
                "gemma3_text",
                ", \"rope_theta\": 5e5, \"rope_local_base_freq\": 2e4, "
                        + "\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 8.0}");
        ModelConfiguration version5 = parse(
                "gemma3_text",
                ", \"rope_parameters\": {\"sliding_attention\": {\"rope_type\": \"default\", \"rope_theta\": 2e4}, "
                        + "\"full_attention\": {\"rope_type\": \"linear\", \"factor\": 8.0, \"rope_theta\": 5e5}}");
        assertThat(version4.parts()).isEqualTo(version5.parts());
        assertThat(version4.attention(0).rope()).isEqualTo(new Rope(20_000, 16, new Rope.Unscaled()));
        assertThat(version4.attention(5).rope()).isEqualTo(new Rope(500_000, 16, new Rope.Linear(8)));
    }

    @Test
    void phi3IsFusedAndMayTurnPartOfAHead() {
        ModelConfiguration configuration = parse("phi3", ", \"partial_rotary_factor\": 0.75");
        assertThat(configuration.attention(0).rope().dimension()).isEqualTo(12);
        assertThat(configuration.rmsNormEpsilon()).isEqualTo(1e-5);
        assertThat(windowed(configuration)).isEmpty();
        assertThat(windows(parse("phi3", ", \"sliding_window\": 2047"))).containsOnly(OptionalInt.of(2047));
        assertThat(ModelStructure.of(configuration).tensorsOf(new Layer(3)))
                .extracting(ExpectedTensor::name, ExpectedTensor::shape)
                .containsExactly(
                        tuple("model.layers.3.input_layernorm.weight", List.of(64L)),
                        tuple("model.layers.3.self_attn.qkv_proj.weight", List.of((32L + 16) * 16, 64L)),
                        tuple("model.layers.3.self_attn.o_proj.weight", List.of(64L, 32L * 16)),
                        tuple("model.layers.3.post_attention_layernorm.weight", List.of(64L)),
                        tuple("model.layers.3.mlp.gate_up_proj.weight", List.of(192L, 64L)),
                        tuple("model.layers.3.mlp.down_proj.weight", List.of(64L, 96L)));
    }

    @Test
    void gemma2NormsAreNamedByWhereTheyStand() {
        ModelStructure structure = ModelStructure.of(parse("gemma2", ""));
        assertThat(structure
                        .find("model.layers.0.post_attention_layernorm.weight")
                        .orElseThrow()
                        .role())
                .isEqualTo(TensorRole.ATTENTION_OUTPUT_NORM);
        assertThat(structure
                        .find("model.layers.0.pre_feedforward_layernorm.weight")
                        .orElseThrow()
                        .role())
                .isEqualTo(TensorRole.POST_ATTENTION_NORM);
        assertThat(structure
                        .find("model.layers.0.post_feedforward_layernorm.weight")
                        .orElseThrow()
                        .role())
                .isEqualTo(TensorRole.MLP_OUTPUT_NORM);
    }

    @Test
    void absentHeadsAndHeadDimensionsAreTheFamilys() {
        String bare = """
                {"model_type": "%s", "vocab_size": 50, "hidden_size": 128, "intermediate_size": 96, "num_hidden_layers": 2,
                 "num_attention_heads": 32}""";
        assertThat(ModelConfiguration.parse(bare.formatted("mistral")).keyValueHeads())
                .isEqualTo(8);
        assertThat(ModelConfiguration.parse(bare.formatted("mistral")).headDimension())
                .isEqualTo(4);
        assertThat(ModelConfiguration.parse(bare.formatted("qwen3")).headDimension())
                .isEqualTo(128);
        assertThat(ModelConfiguration.parse(bare.formatted("gemma")).headDimension())
                .isEqualTo(256);
        assertThat(ModelConfiguration.parse(bare.formatted("gemma2")).keyValueHeads())
                .isEqualTo(4);
        assertThat(ModelConfiguration.parse(bare.formatted("llama")).keyValueHeads())
                .isEqualTo(32);
    }

    @Test
    void yarnIsReadWithItsDefaults() {
        ModelConfiguration configuration = parse(
                "qwen2",
                ", \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 32768}");
        Rope.Yarn yarn = (Rope.Yarn) configuration.attention(0).rope().scaling();
        assertThat(yarn).isEqualTo(new Rope.Yarn(4, 32_768, 32, 1, yarn.attentionFactor(), true));
        assertThat(yarn.attentionFactor()).isCloseTo(1.138629436, within(1e-9));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "llama | `, \"sliding_window\": 8` | sliding_window",
                "llama | `, \"attn_logit_softcapping\": 50.0` | attn_logit_softcapping",
                "llama | `, \"final_logit_softcapping\": 30.0` | final_logit_softcapping",
                "llama | `, \"num_local_experts\": 8` | num_local_experts",
                "llama | `, \"residual_multiplier\": 0.22` | residual_multiplier",
                "llama | `, \"logits_scaling\": 8.0` | logits_scaling",
                "llama | `, \"is_encoder_decoder\": true` | is_encoder_decoder",
                "llama | `, \"layer_types\": [\"linear_attention\"]` | layer_types",
                "mistral | `, \"attention_bias\": true` | attention_bias",
                "mistral | `, \"sliding_window\": -1` | sliding_window",
                "mistral | `, \"sliding_window\": \"8\"` | sliding_window",
                "mistral | `, \"sliding_window\": 99999999999` | sliding_window",
                "qwen2 | `, \"layer_types\": [\"full_attention\"]` | layer_types",
                "qwen2 | `, \"dual_chunk_attention_config\": {\"chunk_size\": 4}` | dual_chunk_attention_config",
                "qwen3 | `, \"mlp_bias\": true` | mlp_bias",
                "gemma2 | `, \"use_bidirectional_attention\": true` | use_bidirectional_attention",
                "gemma2 | `, \"attn_logit_softcapping\": 0` | attn_logit_softcapping",
                "gemma2 | `, \"query_pre_attn_scalar\": -1` | query_pre_attn_scalar",
                "gemma3_text | `, \"rope_parameters\": {\"rope_type\": \"default\"}` | rope_parameters.rope_type",
                "gemma3_text | `, \"sliding_window_pattern\": 0` | sliding_window_pattern",
                "phi3 | `, \"embd_pdrop\": 0.1` | embd_pdrop",
                "phi3 | `, \"partial_rotary_factor\": 0.1` | partial_rotary_factor",
                "phi3 | `, \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0}` | rope_scaling.type",
                "phi3 | `, \"original_max_position_embeddings\": 64, \"rope_scaling\": {\"type\": \"longrope\", \"original_max_position_embeddings\": 32, \"short_factor\": [1, 1, 1, 1, 1, 1, 1, 1], \"long_factor\": [2, 2, 2, 2, 2, 2, 2, 2]}` | rope_scaling.original_max_position_embeddings",
            })
    void whatAFamilyDoesNotImplementIsRefusedByName(String type, String more, String subject) {
        assertThat(problems(type, more)).extracting(Problem::subject).containsExactly(subject);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "llama | `, \"sliding_window\": null, \"num_local_experts\": 0, \"embedding_multiplier\": 1.0`",
                "llama | `, \"pruned_heads\": {}, \"is_encoder_decoder\": false, \"use_cache\": true`",
                "mistral | `, \"attention_bias\": false`",
                "phi3 | `, \"resid_pdrop\": 0.0, \"auto_map\": {\"AutoConfig\": \"configuration_phi3.Phi3Config\"}`",
                "gemma2 | `, \"cache_implementation\": \"hybrid\", \"use_bidirectional_attention\": null`",
            })
    void whatIsSetToNothingPasses(String type, String more) {
        assertThat(parse(type, more).modelType()).isEqualTo(type);
    }
}
