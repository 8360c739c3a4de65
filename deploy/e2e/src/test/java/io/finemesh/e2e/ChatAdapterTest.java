package io.finemesh.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.checkpoint.tensors.HuggingFaceDirectory;
import io.finemesh.demo.problem.ProblemFamily;
import io.finemesh.e2e.GatewayCalls.Event;
import io.finemesh.e2e.RunningMesh.Stage;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Conversations in ShareGPT's form, written down with the model's own chat template, train adapters that leave the mesh as PEFT loads them. */
@ExtendWith(RunningMesh.class)
class ChatAdapterTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final String TEMPLATE =
            "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}Q {{ m.content }} {% else %}A {{ m.content }}{{ eos_token }}{% endif %}{% endfor %}"
                    + "{% if add_generation_prompt %}A {% endif %}";
    private static final int RANK = 4;
    private static final double ALPHA = 6;
    private static final String SPECIFICATION = """
            name: e2e-chat-adapters
            model: e2e-chat
            dataset: e2e-conversations
            template: chat
            seed: 8
            method:
              finetuning: lora
              lora_rank: 4
              lora_alpha: 6
              lora_dropout: 0.05
              lora_target: q_proj,down_proj
            optimizer:
              learning_rate: 2.0e-2
              lr_scheduler_type: constant
            batch:
              per_device_train_batch_size: 8
              cutoff_len: 128
            duration:
              max_steps: 20
            checkpoint:
              save_steps: 10
            """;

    @Test
    void adaptersTrainedOnConversationsLeaveAsPeftLoadsThem(Stage stage) throws Exception {
        Path home = Files.createDirectories(stage.files().directory().resolveSibling("chat"));
        Path model = chatModel(stage, home.resolve("model"));
        String base = stage.gateway().importModel("e2e-chat", model);
        stage.gateway().upload("e2e-conversations", "sharegpt", conversations(stage));

        String run = stage.gateway().submit(SPECIFICATION);
        List<Event> events = stage.gateway().eventsToTheEnd(run);

        assertThat(events.getLast().type()).as(events.getLast().toString()).isEqualTo("run.completed");
        List<JsonNode> steps = stage.gateway().steps(run);
        assertThat(steps).hasSize(20).allSatisfy(step -> assertThat(
                        step.path("labelledTokens").asInt())
                .isPositive()
                .isLessThan(step.path("tokens").asInt() / 2));
        assertThat(steps.getLast().path("loss").asDouble())
                .isLessThan(steps.getFirst().path("loss").asDouble() - 0.3);
        List<JsonNode> commits = events.stream()
                .filter(event -> event.type().equals("checkpoint.committed"))
                .map(Event::data)
                .toList();
        assertThat(commits).hasSize(2);
        // Only the last checkpoint changes weights; the one before adds its adapters' state and nothing else.
        assertThat(commits.getFirst().findPath("changedTensors")).isEmpty();
        assertThat(commits.getLast().findPath("changedTensors")).hasSize(2 * 4);

        String last =
                stage.gateway().get("/v1/runs/" + run).path("lastCheckpoint").asText();
        Path adapter = Tar.unpack(tar(stage, last, true), home.resolve("adapter"));
        Path merged = Tar.unpack(tar(stage, last, false), home.resolve("merged"));
        JsonNode configuration =
                MAPPER.readTree(adapter.resolve("adapter_config.json").toFile());
        assertThat(configuration.path("base_model_name_or_path").asText()).isEqualTo(base);
        assertThat(configuration.path("r").asInt()).isEqualTo(RANK);
        assertThat(configuration.path("lora_alpha").asDouble()).isEqualTo(ALPHA);
        assertThat(configuration.path("lora_dropout").asDouble()).isEqualTo(0.05);
        assertThat(configuration.path("target_modules").toString()).isEqualTo("[\"down_proj\",\"q_proj\"]");
        assertThat(Files.readString(merged.resolve("chat_template.jinja"))).isEqualTo(TEMPLATE);
        addsUp(model, adapter, merged);
    }

    /** W + alpha / r B A of every adapted matrix is what the exported model has, and all else is as it was. */
    private static void addsUp(Path model, Path adapter, Path merged) throws IOException {
        int adapted = 0;
        try (HuggingFaceDirectory before = HuggingFaceDirectory.open(model);
                HuggingFaceDirectory after = HuggingFaceDirectory.open(merged);
                SafetensorsFile adapters = SafetensorsFile.open(adapter.resolve("adapter_model.safetensors"))) {
            for (TensorInfo tensor : before.tensors()) {
                String module = "base_model.model."
                        + tensor.name().substring(0, Math.max(0, tensor.name().lastIndexOf(".weight")));
                float[] expected = floats(before, tensor.name());
                if (adapters.find(module + ".lora_A.weight").isPresent()) {
                    adapted++;
                    add(
                            expected,
                            floats(adapters, module + ".lora_A.weight"),
                            floats(adapters, module + ".lora_B.weight"));
                    assertThat(floats(after, tensor.name())).isNotEqualTo(floats(before, tensor.name()));
                }
                float[] found = floats(after, tensor.name());
                for (int i = 0; i < expected.length; i++) {
                    assertThat(found[i]).as(tensor.name()).isCloseTo(expected[i], within(1e-5f));
                }
            }
            assertThat(adapters.tensors()).hasSize(2 * adapted);
        }
        assertThat(adapted).isEqualTo(2 * 4);
    }

    private static void add(float[] weights, float[] down, float[] up) {
        int inputs = down.length / RANK;
        for (int i = 0; i < weights.length; i++) {
            double product = 0;
            for (int k = 0; k < RANK; k++) {
                product += (double) up[i / inputs * RANK + k] * down[k * inputs + i % inputs];
            }
            weights[i] += (float) (ALPHA / RANK * product);
        }
    }

    private static float[] floats(TensorSource source, String name) {
        return source.bytes(name).toArray(FLOAT);
    }

    private static byte[] tar(Stage stage, String checkpoint, boolean adapter) {
        return stage.gateway()
                .request()
                .queryParam("adapter", adapter)
                .get("/v1/checkpoints/" + checkpoint + "/export")
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
    }

    private static Path chatModel(Stage stage, Path target) throws IOException {
        Files.createDirectories(target);
        try (var files = Files.list(stage.files().modelDirectory())) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        Files.writeString(target.resolve("chat_template.jinja"), TEMPLATE);
        return target;
    }

    /** Two sums a conversation. */
    private static byte[] conversations(Stage stage) throws IOException {
        List<String> problems = Files.readAllLines(stage.files().training(ProblemFamily.SUMS));
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i + 1 < Math.min(problems.size(), 200); i += 2) {
            ObjectNode row = MAPPER.createObjectNode();
            ArrayNode turns = row.putArray("conversations");
            for (String line : problems.subList(i, i + 2)) {
                JsonNode problem = MAPPER.readTree(line);
                String question = problem.path("instruction").asText() + " "
                        + problem.path("input").asText();
                turns.addObject().put("from", "human").put("value", question.strip());
                turns.addObject()
                        .put("from", "gpt")
                        .put("value", problem.path("output").asText());
            }
            rows.append(row).append('\n');
        }
        return rows.toString().getBytes(UTF_8);
    }
}
