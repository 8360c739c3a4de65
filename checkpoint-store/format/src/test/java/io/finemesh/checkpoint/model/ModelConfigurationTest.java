package io.finemesh.checkpoint.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.finemesh.checkpoint.fixture.Allocations;
import io.finemesh.checkpoint.fixture.SharedFolder;
import io.finemesh.checkpoint.fixture.TinyModel;
import io.finemesh.checkpoint.safetensors.Dtype;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigurationTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void readsEveryField() {
        ModelConfiguration configuration = ModelConfiguration.parse(TinyModel.TIED);

        assertThat(configuration)
                .isEqualTo(new ModelConfiguration(
                        "llama",
                        16,
                        8,
                        12,
                        2,
                        4,
                        2,
                        2,
                        32,
                        1e-5,
                        true,
                        Activation.SILU,
                        new DecoderParts(
                                NormScale.WEIGHT,
                                Set.of(),
                                1,
                                1 / Math.sqrt(2),
                                OptionalDouble.empty(),
                                OptionalDouble.empty(),
                                Collections.nCopies(
                                        2,
                                        new LayerAttention(
                                                OptionalInt.empty(), new Rope(10_000, 2, new Rope.Unscaled())))),
                        Optional.of(Dtype.F32),
                        OptionalInt.of(1),
                        List.of(2),
                        OptionalInt.empty(),
                        TinyModel.TIED));
        assertThat(configuration.family()).isEqualTo(ModelFamily.LLAMA);
    }

    @Test
    void absentFieldsMeanWhatTransformersTakesThemToMean() {
        ModelConfiguration configuration = ModelConfiguration.parse("""
                {"model_type":"llama","vocab_size":100,"hidden_size":64,"intermediate_size":96,
                 "num_hidden_layers":3,"num_attention_heads":4,"bos_token_id":null}
                """);

        assertThat(configuration.keyValueHeads()).isEqualTo(4);
        assertThat(configuration.headDimension()).isEqualTo(16);
        assertThat(configuration.maxPositions()).isEqualTo(2048);
        assertThat(configuration.rmsNormEpsilon()).isEqualTo(1e-6);
        assertThat(ropeOf(configuration)).isEqualTo(new Rope(10_000, 16, new Rope.Unscaled()));
        assertThat(configuration.tiedEmbeddings()).isFalse();
        assertThat(configuration.parts().biases()).isEmpty();
        assertThat(configuration.dtype()).isEmpty();
        assertThat(configuration.bosTokenId()).isEmpty();
        assertThat(configuration.eosTokenIds()).isEmpty();
    }

    @Test
    void bothSpellingsOfRotaryScalingMeanTheSame() {
        String parameters = """
                "factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64
                """;
        String version4 =
                with("rope_theta", "500000.0", "rope_scaling", "{\"rope_type\":\"llama3\"," + parameters + "}");
        String version4Old = with("rope_theta", "500000.0", "rope_scaling", "{\"type\":\"llama3\"," + parameters + "}");
        String version5 = with(
                "rope_theta",
                "null",
                "rope_parameters",
                "{\"rope_type\":\"llama3\",\"rope_theta\":500000.0," + parameters + "}");

        Rope expected = new Rope(500_000, 2, new Rope.Llama3(8, 1, 4, 64));
        for (String spelling : List.of(version4, version4Old, version5)) {
            assertThat(ropeOf(ModelConfiguration.parse(spelling))).isEqualTo(expected);
        }
    }

    @Test
    void linearScalingIsRead() {
        assertThat(ropeOf(ModelConfiguration.parse(with("rope_scaling", "{\"type\":\"linear\",\"factor\":2.5}"))))
                .isEqualTo(new Rope(10_000, 2, new Rope.Linear(2.5)));
    }

    @Test
    void bothSpellingsOfDtypeMeanTheSame() {
        assertThat(ModelConfiguration.parse(with("torch_dtype", "\"bfloat16\"")).dtype())
                .contains(Dtype.BF16);
        assertThat(ModelConfiguration.parse(with("torch_dtype", "null", "dtype", "\"float16\""))
                        .dtype())
                .contains(Dtype.F16);
    }

    @Test
    void severalEndTokensAndEarlyPaddingAreRead() {
        ModelConfiguration configuration = ModelConfiguration.parse(
                with("eos_token_id", "[2, 9]", "pad_token_id", "-1", "hidden_act", "\"swish\""));

        assertThat(configuration.eosTokenIds()).containsExactly(2, 9);
        assertThat(configuration.padTokenId()).isEmpty();
        assertThat(configuration.activation()).isEqualTo(Activation.SILU);
    }

    @Test
    void textIsKeptForARoundTrip() {
        String text = with("a_field_of_tomorrow", "[1.50,  2e3]");

        assertThat(ModelConfiguration.parse(text).json()).isEqualTo(text);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "vocab_size | 0 | 1 to 16777216",
                "vocab_size | null | missing",
                "vocab_size | 32.0 | integer",
                "vocab_size | 1e308 | integer",
                "vocab_size | 1e400 | integer",
                "vocab_size | \"16\" | integer",
                "vocab_size | 9223372036854775808 | integer",
                "hidden_size | -8 | 1 to",
                "hidden_size | 1000000000 | 1048576",
                "intermediate_size | [] | integer",
                "num_hidden_layers | 2000000000 | 4096",
                "num_attention_heads | 16 | divisor of hidden_size, which is 8",
                "num_attention_heads | 0 | 1 to",
                "num_key_value_heads | 8 | divisor of num_attention_heads, which is 4",
                "num_key_value_heads | 3 | divisor of num_attention_heads, which is 4",
                "num_key_value_heads | -1 | 1 to",
                "head_dim | 3 | even",
                "head_dim | 0 | 2 to",
                "max_position_embeddings | 0 | 1 to",
                "rms_norm_eps | 0 | above 0",
                "rms_norm_eps | \"tiny\" | above 0",
                "rope_theta | -1 | above 1",
                "rope_theta | 1e400 | above 1",
                "rope_scaling | 3 | object",
                "tie_word_embeddings | 1 | true or false",
                "attention_bias | \"no\" | true or false",
                "hidden_act | \"mish\" | silu, swish, gelu_pytorch_tanh, gelu_new, gelu",
                "hidden_act | 7 | text",
                "torch_dtype | \"int8\" | float32, bfloat16, float16",
                "bos_token_id | 16 | 0 to 15",
                "eos_token_id | [2, -1] | integers from 0 to 15",
                "eos_token_id | \"x\" | 0 to 15",
                "pad_token_id | -2 | 0 to 15",
                "model_type | \"gpt2\" | supported families: gemma, gemma2, gemma3_text, llama, mistral, phi3, qwen2, qwen3",
                "model_type | null | supported families: gemma, gemma2, gemma3_text, llama, mistral, phi3, qwen2, qwen3",
                "architectures | [\"LlamaForSequenceClassification\"] | LlamaForCausalLM",
                "quantization_config | {\"bits\":4} | unquantized",
                "auto_map | {} | own code",
                "attention_dropout | 0.1 | 0.0",
                "partial_rotary_factor | 0.5 | 1.0",
            })
    void impossibleFieldIsNamedWithWhatIsAllowed(String field, String value, String allowed) {
        List<Problem> problems = problemsOf(with(field, value));

        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().subject()).isEqualTo(field);
        assertThat(problems.getFirst().describe()).contains(allowed);
        assertThat(problems.getFirst().found())
                .isEqualTo(value.equals("null") ? "nothing (the field is missing)" : found(value));
    }

    /** Numbers are shown as JSON reads them, everything else as written without white space. */
    private static String found(String value) {
        try {
            return JSON.readTree(value).toString();
        } catch (JsonProcessingException impossible) {
            throw new IllegalArgumentException(value, impossible);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"rope_type\":\"longrope\",\"factor\":2} | rope_scaling.short_factor | numbers above 0",
                "{\"rope_type\":\"longrope\",\"short_factor\":[1],\"long_factor\":[2,3]} | rope_scaling.long_factor | numbers above 0",
                "{\"rope_type\":\"yarn\",\"beta_slow\":40} | rope_scaling.beta_fast | above beta_slow",
                "{\"type\":\"dynamic\"} | rope_scaling.type | default, linear, llama3, yarn or longrope",
                "{\"type\":\"linear\",\"rope_type\":\"default\"} | rope_scaling.type | same as rope_type",
                "{\"type\":\"linear\"} | rope_scaling.factor | 1 to 1e6",
                "{\"type\":\"linear\",\"factor\":0.5} | rope_scaling.factor | 1 to 1e6",
                "{\"full_attention\":{}} | rope_scaling.full_attention | no such field",
                "{\"rope_type\":\"default\",\"rope_theta\":5.0} | rope_theta | same",
            })
    void impossibleRotaryScalingIsNamed(String value, String subject, String allowed) {
        List<Problem> problems = problemsOf(with("rope_scaling", value));

        assertThat(problems).extracting(Problem::subject).contains(subject);
        assertThat(problems.toString()).contains(allowed);
    }

    @Test
    void bandOfLlama3ScalingMustNotBeEmpty() {
        List<Problem> problems = problemsOf(with(
                "rope_scaling",
                "{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":4,\"high_freq_factor\":4}"));

        assertThat(problems)
                .extracting(Problem::subject)
                .containsExactly("rope_scaling.high_freq_factor", "rope_scaling.original_max_position_embeddings");
    }

    @Test
    void everyProblemIsListedAtOnceAndNoneThatFollowsFromAnother() {
        List<Problem> problems = problemsOf(with(
                "vocab_size",
                "0",
                "hidden_size",
                "\"wide\"",
                "hidden_act",
                "\"relu\"",
                "eos_token_id",
                "99",
                "rms_norm_eps",
                "2"));

        assertThat(problems)
                .extracting(Problem::subject)
                .containsExactly("vocab_size", "hidden_size", "rms_norm_eps", "hidden_act");
    }

    @Test
    void messageIsForPeople() {
        ModelConfigurationException refused = catchThrowableOfType(
                ModelConfigurationException.class,
                () -> ModelConfiguration.parse(with("num_key_value_heads", "3", "hidden_act", "\"relu\"")));

        assertThat(refused).hasMessage("""
                        config.json: 2 problems
                          num_key_value_heads: found 3; allowed: a divisor of num_attention_heads, which is 4
                          hidden_act: found "relu"; allowed: silu, swish, gelu_pytorch_tanh, gelu_new, gelu""");
    }

    @Test
    void otherFamilyIsRefusedByNameAlone() {
        List<Problem> problems = problemsOf("{\"model_type\":\"mixtral\",\"num_local_experts\":8}");

        assertThat(problems)
                .containsExactly(
                        new Problem(
                                "model_type",
                                "\"mixtral\"",
                                "one of the supported families: gemma, gemma2, gemma3_text, llama, mistral, phi3, qwen2, qwen3"));
    }

    @ParameterizedTest
    @CsvSource({"64, 38482910117888 parameters", "16384, more than 2^63 parameters"})
    void sizesThatOnlyTogetherAreAbsurdAreRefusedBeforeAnythingIsAllocated(String headDimension, String found)
            throws Exception {
        String absurd = with(
                "vocab_size", "16777216",
                "hidden_size", "1048576",
                "intermediate_size", "1048576",
                "num_attention_heads", "65536",
                "num_key_value_heads", "65536",
                "head_dim", headDimension,
                "num_hidden_layers", headDimension.equals("64") ? "1" : "4096");

        long allocated = Allocations.of(
                () -> assertThat(problemsOf(absurd).getFirst().describe()).contains(found, "at most 4000000000000"));

        assertThat(allocated).isLessThan(4 * 1024 * 1024);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "nonsense", "{\"model_type\":\"llama\",\"model_type\":\"llama\"}", "{} {}"})
    void whatIsNotOneJsonObjectIsRefused(String text) {
        assertThat(problemsOf(text)).extracting(Problem::subject).containsExactly("(whole file)");
    }

    @Test
    void oversizedFileIsRefused() {
        byte[] large = (" ".repeat(ConfigurationReader.MAX_JSON_BYTES) + "{}").getBytes(StandardCharsets.UTF_8);

        assertThat(catchThrowableOfType(ModelConfigurationException.class, () -> ModelConfiguration.parse(large))
                        .problems())
                .extracting(Problem::allowed)
                .containsExactly("at most " + ConfigurationReader.MAX_JSON_BYTES);
    }

    @Test
    void realConfigurationsAreRead() throws IOException {
        ModelConfiguration llama = shared("golden/models/llama");
        ModelConfiguration tied = shared("golden/models/llama3-tied");
        ModelConfiguration stories = shared("data/stories260K");

        assertThat(ropeOf(llama)).isEqualTo(new Rope(10_000, 16, new Rope.Unscaled()));
        assertThat(llama.headDimension()).isEqualTo(16);
        assertThat(llama.padTokenId()).hasValue(0);
        assertThat(ropeOf(tied)).isEqualTo(new Rope(500_000, 16, new Rope.Llama3(8, 1, 4, 64)));
        assertThat(tied.tiedEmbeddings()).isTrue();
        assertThat(stories.keyValueHeads()).isEqualTo(4);
        assertThat(stories.headDimension()).isEqualTo(8);
        assertThat(stories.vocabularySize()).isEqualTo(512);
        assertThat(stories.dtype()).contains(Dtype.F32);
    }

    private static Rope ropeOf(ModelConfiguration configuration) {
        return configuration.attention(0).rope();
    }

    private static ModelConfiguration shared(String name) throws IOException {
        return ModelConfiguration.parse(Files.readAllBytes(SharedFolder.require(name + "/config.json")));
    }

    private static List<Problem> problemsOf(String json) {
        return catchThrowableOfType(ModelConfigurationException.class, () -> ModelConfiguration.parse(json))
                .problems();
    }

    /** The tiny model's configuration with fields replaced by raw JSON; numbers keep their spelling. */
    private static String with(String... fieldsAndValues) {
        try {
            ObjectNode root = (ObjectNode) JSON.readTree(TinyModel.TIED);
            for (int i = 0; i < fieldsAndValues.length; i += 2) {
                root.putRawValue(fieldsAndValues[i], new RawValue(fieldsAndValues[i + 1]));
            }
            return JSON.writeValueAsString(root);
        } catch (JsonProcessingException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }
}
