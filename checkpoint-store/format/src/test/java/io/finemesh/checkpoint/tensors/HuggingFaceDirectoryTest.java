package io.finemesh.checkpoint.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.finemesh.checkpoint.fixture.SharedFolder;
import io.finemesh.checkpoint.fixture.TinyModel;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.SafetensorsException;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceDirectoryTest {
    private static final String INDEX = "model.safetensors.index.json";
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    Path parent;

    private final List<TensorData> weights = TinyModel.weights(TinyModel.UNTIED, 1);

    @Test
    void readsASingleFile() throws IOException {
        Path model = TinyModel.save(parent.resolve("model"), TinyModel.UNTIED, weights);

        try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(model)) {
            assertSame(directory, weights);
            assertThat(directory.configuration().hiddenSize()).isEqualTo(8);
            assertThat(directory.notes()).isEmpty();
        }
    }

    @Test
    void readsShards() throws IOException {
        Path model = sharded();

        try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(model)) {
            assertSame(directory, weights);
            assertThat(directory.notes()).isEmpty();
        }
    }

    @Test
    void auxiliaryFilesAreThoseOfTheModelOnly() throws IOException {
        Path model = TinyModel.save(parent.resolve("model"), TinyModel.UNTIED, weights);
        Files.writeString(model.resolve("training_args.bin"), "x");
        Files.writeString(model.resolve("README.md"), "x");
        Files.writeString(model.resolve("chat_template.jinja"), "x");

        try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(model)) {
            assertThat(directory.auxiliaryFiles())
                    .containsOnlyKeys("chat_template.jinja", "config.json", "tokenizer.json");
            assertThat(directory.auxiliaryFiles().get("config.json")).hasContent(TinyModel.UNTIED);
        }
    }

    @Test
    void missingPartsAreNamed() throws IOException {
        assertProblem(parent.resolve("none"), "a directory with config.json and weights");
        Path model = Files.createDirectory(parent.resolve("empty"));
        assertProblem(model, "config.json: found no such file");
        Files.writeString(model.resolve("config.json"), TinyModel.TIED);
        assertProblem(model, "neither model.safetensors nor " + INDEX);
    }

    @Test
    void unsupportedConfigurationIsRefused() throws IOException {
        Path model =
                TinyModel.save(parent.resolve("model"), TinyModel.UNTIED.replace("\"llama\"", "\"mamba\""), weights);

        assertThatThrownBy(() -> HuggingFaceDirectory.open(model))
                .isInstanceOf(ModelConfigurationException.class)
                .hasMessageContaining("mamba");
    }

    @Test
    void damagedWeightFileIsNamed() throws IOException {
        Path model = sharded();
        Files.write(model.resolve(SECOND), new byte[] {1, 2, 3});

        assertThatThrownBy(() -> HuggingFaceDirectory.open(model))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageStartingWith(SECOND + ": ");
    }

    @Test
    void singleFileBesideAnIndexIsAmbiguous() throws IOException {
        Path model = sharded();
        SafetensorsWriter.write(model.resolve("model.safetensors"), weights, Map.of());

        assertProblem(model, "found both");
    }

    @Test
    void weightsThatDoNotFitTheConfigurationAreAllListed() throws IOException {
        List<TensorData> wrong = new ArrayList<>(weights.subList(2, weights.size()));
        wrong.add(TinyModel.bytes("extra", 1));
        Path model = TinyModel.save(parent.resolve("model"), TinyModel.UNTIED, wrong);

        ModelDirectoryException refused =
                catchThrowableOfType(ModelDirectoryException.class, () -> HuggingFaceDirectory.open(model));

        assertThat(refused.problems())
                .extracting(Problem::subject)
                .containsExactly(weights.get(0).name(), weights.get(1).name(), "extra");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside.safetensors",
                "/outside.safetensors",
                "sub/model.safetensors",
                "sub\\\\model.safetensors",
                "..\\\\outside.safetensors",
                "a..b.safetensors",
                "C:model.safetensors",
                ".hidden.safetensors",
                "..",
                "",
                "model\\u0000.safetensors",
                "model.bin"
            })
    void shardNamesThatCouldLeaveTheDirectoryAreRefused(String name) throws IOException {
        Path model = sharded();
        SafetensorsWriter.write(parent.resolve("outside.safetensors"), weights, Map.of());
        Files.createDirectory(model.resolve("sub"));
        SafetensorsWriter.write(model.resolve("sub/model.safetensors"), weights, Map.of());
        String index = Files.readString(model.resolve(INDEX));
        Files.writeString(model.resolve(INDEX), index.replace(SECOND, name));

        assertProblem(model, "the plain name of a .safetensors file in the same directory");
    }

    @Test
    void linksThatLeaveTheDirectoryAreRefused() throws IOException {
        Path model = sharded();
        Path outside = Files.move(model.resolve(SECOND), parent.resolve("outside.safetensors"));
        Files.createSymbolicLink(model.resolve(SECOND), outside);
        assertProblem(model, "cp -rL");

        Path single = TinyModel.save(parent.resolve("single"), TinyModel.UNTIED, weights);
        Path config = Files.move(single.resolve("config.json"), parent.resolve("config.json"));
        Files.createSymbolicLink(single.resolve("config.json"), config);
        assertProblem(single, "cp -rL");
    }

    @Test
    void auxiliaryLinksThatLeaveTheDirectoryAreRefused() throws IOException {
        Path model = TinyModel.save(parent.resolve("model"), TinyModel.UNTIED, weights);
        Path secret = Files.writeString(parent.resolve("secret"), "x");
        Files.createSymbolicLink(model.resolve("LICENSE"), secret);

        try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(model)) {
            assertThatThrownBy(directory::auxiliaryFiles)
                    .isInstanceOf(ModelDirectoryException.class)
                    .hasMessageContaining("LICENSE");
        }
    }

    @Test
    void linksInsideTheDirectoryAndToTheDirectoryAreFollowed() throws IOException {
        Path model = sharded();
        Files.move(model.resolve(SECOND), model.resolve("store.safetensors"));
        Files.createSymbolicLink(model.resolve(SECOND), Path.of("store.safetensors"));
        Path link = Files.createSymbolicLink(parent.resolve("link"), model);

        try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(link)) {
            assertSame(directory, weights);
        }
    }

    @Test
    void missingShardIsNamed() throws IOException {
        Path model = sharded();
        Files.delete(model.resolve(FIRST));

        assertProblem(model, FIRST + ": found no such file");
    }

    @Test
    void tensorMissingFromItsShardIsNamed() throws IOException {
        Path model = sharded();
        SafetensorsWriter.write(model.resolve(SECOND), weights.subList(11, weights.size()), Map.of());

        assertProblem(model, weights.get(10).name() + ": found no such tensor in " + SECOND);
    }

    @Test
    void tensorInTwoShardsIsNamed() throws IOException {
        Path model = sharded();
        SafetensorsWriter.write(model.resolve(SECOND), weights.subList(9, weights.size()), Map.of());

        assertProblem(
                model, weights.get(9).name() + ": found a tensor in " + SECOND + "; allowed: in " + FIRST + " only");
    }

    @Test
    void unlistedTensorIsNamed() throws IOException {
        Path model = sharded();
        List<TensorData> more = new ArrayList<>(weights.subList(10, weights.size()));
        more.add(TinyModel.bytes("smuggled", 1));
        SafetensorsWriter.write(model.resolve(SECOND), more, Map.of());

        assertProblem(model, "smuggled: found a tensor in " + SECOND + "; allowed: only tensors listed in weight_map");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"weight_map\":{}}",
                "{\"weight_map\":[]}",
                "{\"weight_map\":{\"a\":1}}",
                "{\"weight_map\":{\"a\":\"m.safetensors\",\"a\":\"n.safetensors\"}}",
                "{\"weight_map\":{\"a\":\"m.safetensors\",\"b\":\"M.safetensors\"}}"
            })
    void malformedIndexIsRefused(String index) throws IOException {
        Path model = sharded();
        Files.writeString(model.resolve(INDEX), index);

        assertThatThrownBy(() -> HuggingFaceDirectory.open(model)).isInstanceOf(ModelDirectoryException.class);
    }

    @Test
    void wrongTotalIsOnlyNoted() throws IOException {
        Path model = sharded();
        String index = Files.readString(model.resolve(INDEX));
        Files.writeString(model.resolve(INDEX), index.replaceFirst("\"total_size\":\\d+", "\"total_size\":7"));

        try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(model)) {
            assertThat(directory.notes()).singleElement().asString().contains("total_size 7");
        }
    }

    @Test
    void hostileIndexMakesNoEndlessMessage() throws IOException {
        Path model = sharded();
        StringBuilder index = new StringBuilder("{\"weight_map\":{");
        for (int i = 0; i < 20_000; i++) {
            index.append(i == 0 ? "" : ",").append("\"t").append(i).append("\":\"../x\"");
        }
        Files.writeString(model.resolve(INDEX), index.append("}}"));

        ModelDirectoryException refused =
                catchThrowableOfType(ModelDirectoryException.class, () -> HuggingFaceDirectory.open(model));

        assertThat(refused.problems()).hasSize(20_000);
        assertThat(refused.getMessage()).hasSizeLessThan(20_000).endsWith("and 19950 more");
    }

    @Test
    void equalHeadBesideTiedEmbeddingsIsLeftOutWithANote() throws IOException {
        List<TensorData> tied = new ArrayList<>(TinyModel.weights(TinyModel.TIED, 1));
        TensorData embedding = tied.getFirst();
        tied.add(new TensorData("lm_head.weight", embedding.dtype(), embedding.shape(), embedding.bytes()));
        Path model = TinyModel.save(parent.resolve("model"), TinyModel.TIED, tied);

        try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(model)) {
            assertThat(directory.find("lm_head.weight")).isEmpty();
            assertThat(directory.notes()).singleElement().asString().contains("lm_head.weight equals");
        }
    }

    @Test
    void otherHeadBesideTiedEmbeddingsIsRefused() throws IOException {
        List<TensorData> tied = new ArrayList<>(TinyModel.weights(TinyModel.TIED, 1));
        TensorData embedding = tied.getFirst();
        byte[] other = embedding.bytes().toArray(ValueLayout.JAVA_BYTE);
        other[3] ^= 1;
        tied.add(new TensorData("lm_head.weight", Dtype.F32, embedding.shape(), MemorySegment.ofArray(other)));
        Path model = TinyModel.save(parent.resolve("model"), TinyModel.TIED, tied);

        assertProblem(model, "values that differ from model.embed_tokens.weight");
    }

    @Test
    void computedRotaryBuffersAreLeftOutWithANote() throws IOException {
        List<TensorData> old = new ArrayList<>(weights);
        old.add(TinyModel.bytes("model.layers.0.self_attn.rotary_emb.inv_freq", 1, 2));
        Path model = TinyModel.save(parent.resolve("model"), TinyModel.UNTIED, old);

        try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(model)) {
            assertSame(directory, weights);
            assertThat(directory.notes()).singleElement().asString().contains("inv_freq");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"golden/models/llama", "golden/models/llama3-tied", "data/stories260K"})
    void realModelsAreRead(String name) throws IOException {
        try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(SharedFolder.require(name))) {
            assertThat(directory.structure().check(directory)).isEmpty();
            assertThat(directory.auxiliaryFiles()).containsKeys("config.json", "generation_config.json");
        }
    }

    /** The first ten tensors in one file and the others in a second. */
    private Path sharded() throws IOException {
        Path model = Files.createDirectory(parent.resolve("sharded"));
        Files.writeString(model.resolve("config.json"), TinyModel.UNTIED);
        SafetensorsWriter.write(model.resolve(FIRST), weights.subList(0, 10), Map.of("format", "pt"));
        SafetensorsWriter.write(model.resolve(SECOND), weights.subList(10, weights.size()), Map.of("format", "pt"));
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < weights.size(); i++) {
            map.put(weights.get(i).name(), i < 10 ? FIRST : SECOND);
        }
        long total =
                weights.stream().mapToLong(tensor -> tensor.bytes().byteSize()).sum();
        Files.writeString(
                model.resolve(INDEX),
                map.entrySet().stream()
                        .map(entry -> "\"" + entry.getKey() + "\":\"" + entry.getValue() + "\"")
                        .collect(Collectors.joining(
                                ",", "{\"metadata\":{\"total_size\":" + total + "},\"weight_map\":{", "}}")));
        return model;
    }

    private static void assertSame(HuggingFaceDirectory directory, List<TensorData> expected) {
        assertThat(directory.tensors())
                .extracting(TensorInfo::name)
                .containsExactlyInAnyOrderElementsOf(
                        expected.stream().map(TensorData::name).toList());
        for (TensorData tensor : expected) {
            assertThat(directory.bytes(tensor.name()).mismatch(tensor.bytes())).isEqualTo(-1);
        }
    }

    private static void assertProblem(Path model, String words) {
        assertThatThrownBy(() -> HuggingFaceDirectory.open(model))
                .isInstanceOf(ModelDirectoryException.class)
                .hasMessageContaining(words);
    }
}
