package io.finemesh.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.demo.problem.ProblemFamily;
import io.finemesh.e2e.RunningMesh.Stage;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Records on somebody's topic become a data set, which fires a policy, whose run trains on the version that fired; a bad row is found and taken out again. */
@ExtendWith(RunningMesh.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContinuousLoopTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String TOPIC = "shop.answers";
    private static final String POLICY = """
            name: e2e-policy
            model: e2e-model
            dataset: e2e-stream
            triggers:
              - kind: volume
                samples: 60
            limits:
              cooldown_seconds: 0
            run:
              template: plain
              method:
                finetuning: badam
                badam_switch_mode: ascending
                badam_switch_interval: 6
              batch:
                per_device_train_batch_size: 8
                cutoff_len: 64
              duration:
                max_steps: 6
              evaluation:
                tasks:
                  - task: held_out_loss
            gate:
              rules:
                - rule: no_regression
                  task: held_out_loss
                  metric: loss
                  better: lower
            """;

    private static final String THREE_VISITS = """
            name: three visits
            model: e2e-model
            dataset: e2e-stream
            template: plain
            method:
              finetuning: badam
              badam_switch_mode: ascending
              badam_switch_interval: 2
            batch:
              per_device_train_batch_size: 8
              cutoff_len: 64
            duration:
              max_steps: 6
            """;

    private static List<String> problems;
    private static String run;

    @BeforeAll
    static void aTopicAConnectorAndAPolicy(Stage stage) throws Exception {
        stage.gateway().importModel("e2e-model", stage.files().modelDirectory());
        Set<String> distinct = new LinkedHashSet<>();
        for (String line : Files.readAllLines(stage.files().training(ProblemFamily.SUMS))) {
            JsonNode row = MAPPER.readTree(line);
            ObjectNode record = MAPPER.createObjectNode().put("op", "c");
            record.putObject("after")
                    .put(
                            "question",
                            row.path("instruction").asText() + " "
                                    + row.path("input").asText())
                    .put("answer", row.path("output").asText());
            distinct.add(record.toString());
        }
        problems = new ArrayList<>(distinct);
        assertThat(problems).hasSizeGreaterThan(300);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stage.mesh().bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1))).all().get();
        }
        stage.gateway()
                .request()
                .contentType("application/json")
                .body(
                        "{\"topic\":\"" + TOPIC
                                + "\",\"dataset\":\"e2e-stream\",\"held_out\":0.2,\"mapping\":{\"instruction\":\"after.question\",\"output\":\"after.answer\"}}")
                .put("/v1/connectors/e2e-answers")
                .then()
                .statusCode(200);
        stage.gateway()
                .request()
                .contentType("application/yaml")
                .body(POLICY)
                .post("/v1/policies")
                .then()
                .statusCode(200);
    }

    private static void send(Stage stage, List<String> records) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stage.mesh().bootstrapServers(), "acks", "all"),
                new StringSerializer(),
                new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int record = 0; record < records.size(); record++) {
                sent.add(producer.send(new ProducerRecord<>(TOPIC, record % 2, null, records.get(record))));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    private static JsonNode said(Stage stage) {
        return stage.gateway().get("/v1/policies/e2e-policy").path("said");
    }

    @Test
    @Order(1)
    void recordsOfATopicFireThePolicyAndItsRunCompletes(Stage stage) throws Exception {
        send(stage, problems.subList(0, 100));
        send(stage, List.of("not json", problems.getFirst()));

        await().atMost(PATIENCE).until(() -> !said(stage).isEmpty());
        JsonNode fired = said(stage).path(said(stage).size() - 1);
        assertThat(fired.path("what").asText()).isEqualTo("fired");
        assertThat(fired.at("/why/kind").asText()).isEqualTo("volume");
        assertThat(fired.at("/why/figures/newSamples").asDouble()).isGreaterThanOrEqualTo(60);
        run = fired.path("runId").asText();
        await().atMost(PATIENCE)
                .until(() -> stage.gateway().request().get("/v1/runs/" + run).statusCode() == 200);
        assertThat(stage.gateway().eventsToTheEnd(run))
                .extracting(GatewayCalls.Event::type)
                .last()
                .isEqualTo("run.completed");
        JsonNode detail = stage.gateway().get("/v1/runs/" + run);
        assertThat(detail.at("/dataset/version").asText())
                .isEqualTo(fired.path("datasetVersion").asText());
        assertThat(detail.at("/evaluations/0/state").asText()).isEqualTo("completed");
        await().atMost(PATIENCE).until(() -> whole(stage).equals("100 rows"));
        assertThat(stage.gateway()
                        .get("/v1/datasets/e2e-stream")
                        .at("/dropped/not_json")
                        .asInt())
                .isEqualTo(1);
    }

    /** Training and held-out rows together. */
    private static String whole(Stage stage) {
        JsonNode dataset = stage.gateway().get("/v1/datasets/e2e-stream");
        return dataset.path("samples").asInt() + dataset.at("/growth/heldOut").asInt() + " rows";
    }

    @Test
    @Order(2)
    void aStoreThatIsKilledWhileItReadsLosesNoRecordAndTakesNoneTwice(Stage stage) throws Exception {
        send(stage, problems.subList(100, 160));
        stage.mesh().kill("checkpoint-store");
        send(stage, problems.subList(150, 300));

        await().atMost(PATIENCE).ignoreExceptions().until(() -> whole(stage).equals("300 rows"));

        await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> whole(stage)
                .equals("300 rows"));
    }

    @Test
    @Order(3)
    void aBadRowIsFoundInTheRunAndTakenOut(Stage stage) {
        Late late = rowFirstReadFrom(stage, run, 0);
        JsonNode row = late.impact().path("row");
        assertThat(late.impact().path("checkpoints")).isNotEmpty();
        assertThat(late.impact().at("/repair/model").asText()).startsWith("ck-");
        int before =
                stage.gateway().get("/v1/datasets/e2e-stream").path("samples").asInt();

        stage.gateway()
                .request()
                .queryParam("reason", "wrong")
                .post("/v1/datasets/e2e-stream/rows/" + row.path("row").asText() + "/quarantine")
                .then()
                .statusCode(201);

        JsonNode after = stage.gateway().get("/v1/datasets/e2e-stream");
        assertThat(after.path("samples").asInt()).isEqualTo(before - 1);
        assertThat(new String(
                        stage.gateway()
                                .request()
                                .get("/v1/datasets/e2e-stream/quarantine")
                                .asByteArray(),
                        UTF_8))
                .contains("removed_by_request");
    }

    @Test
    @Order(4)
    void aRunIsTrainedAgainFromItsLastCheckpointThatTheRowDidNotTouch(Stage stage) throws Exception {
        String touched = submitted(stage, "e2e-three-visits", THREE_VISITS);
        Late late = rowFirstReadFrom(stage, touched, 2);
        List<String> made = new ArrayList<>();
        stage.gateway()
                .get("/v1/runs/" + touched)
                .path("checkpoints")
                .forEach(each -> made.add(each.path("id").asText()));
        assertThat(made).hasSize(3);
        int clean = made.indexOf(late.run().path("clean").asText());
        assertThat(clean).as("the last untouched one is the run's own").isBetween(0, 1);
        assertThat(late.run().path("checkpoints")).hasSize(2 - clean);
        JsonNode repair = late.impact().path("repair");
        assertThat(repair.path("model").asText()).isEqualTo(made.get(clean));
        int left = 2 * (2 - clean);
        assertThat(repair.at("/duration/max_steps").asInt()).isEqualTo(left);

        String row = late.impact().at("/row/row").asText();
        stage.gateway()
                .request()
                .queryParam("reason", "wrong too")
                .post("/v1/datasets/e2e-stream/rows/" + row + "/quarantine")
                .then()
                .statusCode(201);
        String again = submitted(stage, "e2e-without-it", MAPPER.writeValueAsString(repair));

        assertThat(stage.gateway().get("/v1/runs/" + again).at("/result/steps").asInt())
                .isEqualTo(left);
        assertThat(stage.gateway().get("/v1/impact/e2e-stream?row=" + row).path("runs"))
                .as("what the row touched")
                .anySatisfy(each -> assertThat(each.path("id").asText()).isEqualTo(touched))
                .noneSatisfy(each -> assertThat(each.path("id").asText()).isEqualTo(again));
    }

    private static String submitted(Stage stage, String key, String specification) {
        String id = GatewayCalls.json(stage.gateway()
                        .request()
                        .contentType("application/yaml")
                        .header("Idempotency-Key", key)
                        .body(specification)
                        .post("/v1/runs"))
                .path("id")
                .asText();
        assertThat(stage.gateway().eventsToTheEnd(id))
                .extracting(GatewayCalls.Event::type)
                .last()
                .isEqualTo("run.completed");
        return id;
    }

    /** What a row has touched, and what of it in one run. */
    private record Late(JsonNode impact, JsonNode run) {}

    /** A row of the first slice that a run read, and that only after so many steps. */
    private static Late rowFirstReadFrom(Stage stage, String run, int steps) {
        for (int place = 1; ; place++) {
            JsonNode impact = stage.gateway().get("/v1/impact/e2e-stream?row=1." + place);
            for (JsonNode each : impact.path("runs")) {
                if (each.path("id").asText().equals(run)
                        && each.path("firstStep").asInt() >= steps) {
                    return new Late(impact, each);
                }
            }
        }
    }
}
