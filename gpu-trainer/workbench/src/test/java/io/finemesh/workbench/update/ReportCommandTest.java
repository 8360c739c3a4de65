package io.finemesh.workbench.update;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.workbench.Workbench;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
    private static final String TRAINED = "model.layers.1.mlp.up_proj.weight";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int report(Path model, Path against, String... more) {
        String[] arguments = Stream.concat(
                        Stream.of("report", "--model", model.toString(), "--against", against.toString()),
                        Arrays.stream(more))
                .toArray(String[]::new);
        return Workbench.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void twoFoldersAreComparedTensorByTensor() throws Exception {
        Path base = folder("base", false, ReportCommandTest::weight);
        // A whole number times an outer product of whole numbers, on weights that have room for it.
        Path now = folder("now", false, (name, i) -> weight(name, i) + (name.equals(TRAINED) ? 1 + i / 16 : 0));

        assertThat(report(now, base, "--json")).as(err.toString()).isZero();

        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(report.path("verdict").textValue()).isEqualTo("changed");
        assertThat(report.at("/totals/changed").intValue()).isEqualTo(1);
        JsonNode trained = null;
        for (JsonNode tensor : report.path("tensors")) {
            if (tensor.path("tensor").textValue().equals(TRAINED)) {
                trained = tensor;
            } else {
                assertThat(tensor.path("outcome").textValue()).isEqualTo("unchanged");
            }
        }
        assertThat(trained).isNotNull();
        assertThat(trained.at("/spectrum/effectiveRank").doubleValue()).isBetween(1.0, 1.0001);
        assertThat(trained.at("/spectrum/fullRank").intValue()).isEqualTo(16);
        assertThat(trained.path("largest").doubleValue()).isEqualTo(24);
    }

    @Test
    void weightsThatDidNotChangeAreNoUpdate() throws Exception {
        Path base = folder("base", true, ReportCommandTest::weight);

        assertThat(report(base, base)).isEqualTo(1);
        assertThat(out.toString()).contains("The weights did not change");
    }

    @Test
    void aTiedModelAgainstOneWithAHeadIsNotAnError() throws Exception {
        Path tied = folder("tied", true, ReportCommandTest::weight);
        Path untied = folder("untied", false, (name, i) -> weight(name, i) + 0.5);

        assertThat(report(untied, tied)).isZero();
        assertThat(out.toString()).contains("not compared  lm_head.weight: tied");
    }

    @Test
    void filesOfWeightsAreComparedAndWhatIsBrokenIsFound() throws Exception {
        Path base = file("base.safetensors", tensor("a", List.of(2L), i -> i), tensor("b", List.of(2L), i -> i));
        Path now = file(
                "now.safetensors",
                tensor("a", List.of(3L), i -> i),
                tensor("b", List.of(2L), i -> i == 1 ? Double.NaN : i),
                tensor("c", List.of(2L), i -> i));

        assertThat(report(now, base)).isEqualTo(1);
        assertThat(out.toString())
                .contains("a: shape differs, [2] in the base, [3] in the checkpoint")
                .contains("b: not finite, 1 of 2 elements")
                .contains("c: added")
                .contains("no sound update");
    }

    @Test
    void whatIsNoModelIsSaidInALine() throws Exception {
        Path base = file("base.safetensors", tensor("a", List.of(2L), i -> i));
        Path broken = Files.writeString(folder.resolve("broken.safetensors"), "not weights");

        assertThat(report(folder.resolve("nowhere"), base)).isEqualTo(2);
        assertThat(report(broken, base)).isEqualTo(2);
        assertThat(report(Files.createDirectory(folder.resolve("empty")), base)).isEqualTo(2);
        assertThat(report(base, base, "--threads", "0")).isEqualTo(2);
        assertThat(err.toString())
                .contains("there is no", "broken.safetensors", "empty", "--threads must be at least 1")
                .doesNotContain("\tat ");
    }

    private static double weight(String name, int index) {
        return name.endsWith("norm.weight") ? 1 : (index * 7 % 13) / 8.0;
    }

    private Path folder(String name, boolean tied, ToDoubleBiFunction<String, Integer> weights) throws IOException {
        Path model = Files.createDirectories(folder.resolve(name));
        String config = """
                {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 16, "intermediate_size": 24,
                 "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 11,
                 "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
                 "tie_word_embeddings": %s}""".formatted(tied);
        Files.writeString(model.resolve("config.json"), config);
        List<TensorData> tensors = new ArrayList<>();
        for (ExpectedTensor tensor :
                ModelStructure.of(ModelConfiguration.parse(config)).tensors()) {
            tensors.add(tensor(tensor.name(), tensor.shape(), i -> weights.applyAsDouble(tensor.name(), i)));
        }
        SafetensorsWriter.write(model.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        return model;
    }

    private Path file(String name, TensorData... tensors) throws IOException {
        Path file = folder.resolve(name);
        SafetensorsWriter.write(file, List.of(tensors), Map.of());
        return file;
    }

    private static TensorData tensor(String name, List<Long> shape, IntToDoubleFunction values) {
        int count = Math.toIntExact(shape.stream().reduce(1L, (one, other) -> one * other));
        ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat((float) values.applyAsDouble(i));
        }
        return new TensorData(name, Dtype.F32, shape, MemorySegment.ofArray(bytes.array()));
    }
}
