package io.finemesh.checkpoint.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.finemesh.checkpoint.fixture.SharedFolder;
import io.finemesh.checkpoint.fixture.TinyModel;
import io.finemesh.checkpoint.model.ParameterGroup.Embedding;
import io.finemesh.checkpoint.model.ParameterGroup.FinalNorm;
import io.finemesh.checkpoint.model.ParameterGroup.Head;
import io.finemesh.checkpoint.model.ParameterGroup.Layer;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelStructureTest {
    @TempDir
    Path directory;

    @Test
    void listsTensorsFromTheInputSideToTheOutputSide() {
        ModelStructure structure = TinyModel.structure(TinyModel.UNTIED);

        assertThat(structure.groups())
                .containsExactly(new Embedding(), new Layer(0), new Layer(1), new FinalNorm(), new Head());
        assertThat(structure.tensorsOf(new Layer(1)))
                .extracting(ExpectedTensor::name, ExpectedTensor::shape, ExpectedTensor::role)
                .containsExactly(
                        tuple("model.layers.1.input_layernorm.weight", List.of(8L), TensorRole.INPUT_NORM),
                        tuple("model.layers.1.self_attn.q_proj.weight", List.of(8L, 8L), TensorRole.QUERY),
                        tuple("model.layers.1.self_attn.k_proj.weight", List.of(4L, 8L), TensorRole.KEY),
                        tuple("model.layers.1.self_attn.v_proj.weight", List.of(4L, 8L), TensorRole.VALUE),
                        tuple("model.layers.1.self_attn.o_proj.weight", List.of(8L, 8L), TensorRole.ATTENTION_OUTPUT),
                        tuple(
                                "model.layers.1.post_attention_layernorm.weight",
                                List.of(8L),
                                TensorRole.POST_ATTENTION_NORM),
                        tuple("model.layers.1.mlp.gate_proj.weight", List.of(12L, 8L), TensorRole.GATE),
                        tuple("model.layers.1.mlp.up_proj.weight", List.of(12L, 8L), TensorRole.UP),
                        tuple("model.layers.1.mlp.down_proj.weight", List.of(8L, 12L), TensorRole.DOWN));
        assertThat(structure.tensorsOf(new Embedding()))
                .extracting(ExpectedTensor::name)
                .containsExactly("model.embed_tokens.weight");
        assertThat(structure.tensorsOf(new FinalNorm()))
                .extracting(ExpectedTensor::name)
                .containsExactly("model.norm.weight");
        assertThat(structure.tensorsOf(new Head()))
                .extracting(ExpectedTensor::shape)
                .containsExactly(List.of(16L, 8L));
        assertThat(structure.tensorsOf(new Layer(2))).isEmpty();
        assertThat(structure.tensors()).hasSize(1 + 2 * 9 + 1 + 1);
    }

    @Test
    void tiedModelHasNoHead() {
        ModelStructure structure = TinyModel.structure(TinyModel.TIED);

        assertThat(structure.groups()).doesNotContain(new Head());
        assertThat(structure.find("lm_head.weight")).isEmpty();
    }

    @Test
    void biasesFollowTheMatrixTheyBelongTo() {
        String biased = TinyModel.TIED.replace("{\n", "{\"attention_bias\": true, \"mlp_bias\": true,\n");
        ModelStructure structure = TinyModel.structure(biased);

        assertThat(structure.tensorsOf(new Layer(0)))
                .extracting(ExpectedTensor::role)
                .containsExactly(
                        TensorRole.INPUT_NORM,
                        TensorRole.QUERY,
                        TensorRole.QUERY_BIAS,
                        TensorRole.KEY,
                        TensorRole.KEY_BIAS,
                        TensorRole.VALUE,
                        TensorRole.VALUE_BIAS,
                        TensorRole.ATTENTION_OUTPUT,
                        TensorRole.ATTENTION_OUTPUT_BIAS,
                        TensorRole.POST_ATTENTION_NORM,
                        TensorRole.GATE,
                        TensorRole.GATE_BIAS,
                        TensorRole.UP,
                        TensorRole.UP_BIAS,
                        TensorRole.DOWN,
                        TensorRole.DOWN_BIAS);
        assertThat(structure
                        .find("model.layers.0.self_attn.k_proj.bias")
                        .orElseThrow()
                        .shape())
                .containsExactly(4L);
        assertThat(structure
                        .find("model.layers.0.mlp.down_proj.bias")
                        .orElseThrow()
                        .shape())
                .containsExactly(8L);
    }

    @Test
    void countsParametersAsTheTensorsDo() {
        for (String config : List.of(TinyModel.TIED, TinyModel.UNTIED)) {
            ModelStructure structure = TinyModel.structure(config);
            long listed = structure.tensors().stream()
                    .mapToLong(ExpectedTensor::elementCount)
                    .sum();
            long grouped = structure.groups().stream()
                    .mapToLong(structure::parameterCount)
                    .sum();

            assertThat(structure.parameterCount()).isEqualTo(listed).isEqualTo(grouped);
        }
        // embedding 16*8, layers 2*(8 + 8*8 + 2*4*8 + 8*8 + 8 + 3*12*8), final norm 8
        assertThat(TinyModel.structure(TinyModel.TIED).parameterCount()).isEqualTo(128 + 2 * 496 + 8);
    }

    @Test
    void weightsThatFitHaveNoProblems() throws IOException {
        try (SafetensorsFile file = saved(TinyModel.weights(TinyModel.UNTIED, 1))) {
            assertThat(TinyModel.structure(TinyModel.UNTIED).check(file)).isEmpty();
        }
    }

    @Test
    void everyDifferenceBetweenWeightsAndStructureIsListed() throws IOException {
        List<TensorData> weights = new ArrayList<>(TinyModel.weights(TinyModel.UNTIED, 1));
        weights.removeIf(tensor -> tensor.name().equals("model.norm.weight")
                || tensor.name().equals("lm_head.weight")
                || tensor.name().equals("model.layers.0.mlp.up_proj.weight"));
        weights.add(
                new TensorData("lm_head.weight", Dtype.F32, List.of(8L, 16L), MemorySegment.ofArray(new byte[512])));
        weights.add(new TensorData(
                "model.layers.0.mlp.up_proj.weight", Dtype.I8, List.of(12L, 8L), MemorySegment.ofArray(new byte[96])));
        weights.add(TinyModel.bytes("adapter.weight", 1));
        try (SafetensorsFile file = saved(weights)) {
            assertThat(TinyModel.structure(TinyModel.UNTIED).check(file))
                    .extracting(Problem::describe)
                    .containsExactly(
                            "model.layers.0.mlp.up_proj.weight: found dtype I8; allowed: F32, BF16 or F16",
                            "model.norm.weight: found no such tensor; allowed: shape [8]",
                            "lm_head.weight: found shape [8, 16]; allowed: shape [16, 8]",
                            "adapter.weight: found a tensor of shape [1]; allowed: only the tensors that config.json implies");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "golden/models/llama, 217664",
        "golden/models/llama3-tied, 201280",
        "golden/models/mistral-window, 217664",
        "golden/models/qwen2, 201792",
        "golden/models/qwen3, 250688",
        "golden/models/gemma2, 250944",
        "data/stories260K, 260032"
    })
    void realModelsFitTheirConfiguration(String name, long parameters) throws IOException {
        Path model = SharedFolder.require(name);
        ModelStructure structure =
                ModelStructure.of(ModelConfiguration.parse(Files.readAllBytes(model.resolve("config.json"))));
        try (SafetensorsFile weights = SafetensorsFile.open(model.resolve("model.safetensors"))) {
            assertThat(structure.check(weights)).isEmpty();
        }
        assertThat(structure.parameterCount()).isEqualTo(parameters);
    }

    @ParameterizedTest
    @ValueSource(strings = {"embedding", "layer.0", "layer.31", "final", "head"})
    void groupIdsRoundTrip(String id) {
        assertThat(ParameterGroup.withId(id).orElseThrow().id()).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "layer", "layer.", "layer.01", "layer.-1", "layer.9999999999", "Head"})
    void otherTextIsNoGroup(String id) {
        assertThat(ParameterGroup.withId(id)).isEmpty();
    }

    @Test
    void negativeLayerIsImpossible() {
        assertThatThrownBy(() -> new Layer(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    private SafetensorsFile saved(List<TensorData> weights) throws IOException {
        Path file = directory.resolve("weights.safetensors");
        SafetensorsWriter.write(file, weights, Map.of());
        return SafetensorsFile.open(file);
    }
}
