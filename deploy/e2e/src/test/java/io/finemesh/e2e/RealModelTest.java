package io.finemesh.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.e2e.GatewayCalls.Event;
import io.finemesh.e2e.RunningMesh.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A real trained model on real text, where they stand beside the checkout. */
@ExtendWith(RunningMesh.class)
class RealModelTest {
    private static final Path SHARED = Path.of(System.getProperty("finemesh.shared"), "data");

    @Test
    void stories260KIsFineTunedOnGsm8k(Stage stage) throws Exception {
        Path model = SHARED.resolve("stories260K");
        Path problems = SHARED.resolve("gsm8k/train.jsonl");
        assumeTrue(Files.isDirectory(model), "no real model beside the checkout: shared/data/stories260K");
        assumeTrue(Files.isRegularFile(problems), "no real data beside the checkout: shared/data/gsm8k/train.jsonl");
        stage.gateway().importModel("stories260k", model);
        stage.gateway().upload("gsm8k", "alpaca", alpaca(problems, 0, 400));
        stage.gateway().upload("gsm8k-held-out", "alpaca", alpaca(problems, 400, 20));

        String run = stage.gateway().submit("""
                name: stories260k-gsm8k
                model: stories260k
                dataset: gsm8k
                output_name: stories260k-gsm8k
                template: alpaca
                method:
                  finetuning: badam
                  badam_switch_mode: random
                  badam_switch_interval: 5
                optimizer:
                  learning_rate: 2.0e-3
                  lr_scheduler_type: cosine
                batch:
                  per_device_train_batch_size: 4
                  cutoff_len: 320
                duration:
                  max_steps: 20
                evaluation:
                  dataset: gsm8k-held-out
                  tasks:
                    - task: held_out_loss
                  at_start: true
                """);
        List<Event> events = stage.gateway().eventsToTheEnd(run);

        assertThat(events.getLast().type()).as(events.getLast().toString()).isEqualTo("run.completed");
        JsonNode detail = stage.gateway().get("/v1/runs/" + run);
        double before = loss(detail, 0);
        double after = loss(detail, 20);
        assertThat(after).isLessThan(before - 0.1);
    }

    private static double loss(JsonNode run, int afterSteps) {
        for (JsonNode evaluation : run.path("evaluations")) {
            if (evaluation.path("afterSteps").asInt() == afterSteps) {
                return evaluation.at("/scores/0/value").asDouble();
            }
        }
        throw new AssertionError("no evaluation after " + afterSteps + " steps: " + run.path("evaluations"));
    }

    private static byte[] alpaca(Path problems, int from, int count) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        StringBuilder rows = new StringBuilder();
        for (String line : Files.readAllLines(problems).subList(from, from + count)) {
            JsonNode problem = mapper.readTree(line);
            rows.append(mapper.createObjectNode()
                            .put("instruction", problem.path("question").asText())
                            .put("output", problem.path("answer").asText()))
                    .append('\n');
        }
        return rows.toString().getBytes(UTF_8);
    }
}
