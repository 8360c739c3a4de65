package io.finemesh.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.contract.Message;
import io.finemesh.contract.wire.Topic;
import io.finemesh.demo.problem.ProblemFamily;
import io.finemesh.e2e.GatewayCalls.Event;
import io.finemesh.e2e.RunningMesh.Stage;
import io.restassured.response.Response;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input from every side gets a typed answer, and the mesh goes on as if nothing had been. */
@ExtendWith(RunningMesh.class)
class BadInputTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @BeforeAll
    static void importModelAndData(Stage stage) throws Exception {
        stage.gateway().importModel("e2e-model", stage.files().modelDirectory());
        stage.gateway()
                .upload("e2e-sums", "alpaca", Files.readAllBytes(stage.files().training(ProblemFamily.SUMS)));
    }

    static Stream<Arguments> malformedSpecifications() {
        String good = Specifications.badam("e2e-model", 12, false);
        return Stream.of(
                Arguments.of("malformed YAML", "model: [unclosed", 400, "malformed-document", ""),
                Arguments.of("an unknown key", good.replace("seed: 5", "sed: 5"), 422, "invalid-specification", "/sed"),
                Arguments.of(
                        "K = 0",
                        good.replace("badam_switch_interval: 6", "badam_switch_interval: 0"),
                        422,
                        "invalid-specification",
                        "/method/badam_switch_interval"),
                Arguments.of(
                        "a negative rate",
                        good.replace("learning_rate: 2.0e-3", "learning_rate: -1"),
                        422,
                        "invalid-specification",
                        "/optimizer/learning_rate"),
                Arguments.of(
                        "a rate that is no number",
                        good.replace("learning_rate: 2.0e-3", "learning_rate: .nan"),
                        422,
                        "invalid-specification",
                        "/optimizer/learning_rate"),
                Arguments.of(
                        "an unknown order",
                        good.replace("ascending", "upwards"),
                        422,
                        "invalid-specification",
                        "/method/badam_switch_mode"),
                Arguments.of(
                        "epochs and steps",
                        good.replace("max_steps: 12", "max_steps: 12\n  num_train_epochs: 1"),
                        422,
                        "invalid-specification",
                        "/duration"),
                Arguments.of(
                        "a model that is not there",
                        good.replace("model: e2e-model", "model: e2e-modle"),
                        422,
                        "invalid-specification",
                        "/model"),
                Arguments.of(
                        "a data set that is not there",
                        good.replace("dataset: e2e-sums", "dataset: nowhere"),
                        422,
                        "invalid-specification",
                        "/dataset"),
                Arguments.of(
                        "a batch of nothing",
                        good.replace("per_device_train_batch_size: 16", "per_device_train_batch_size: 0"),
                        422,
                        "invalid-specification",
                        "/batch/per_device_train_batch_size"),
                Arguments.of("a list for a document", "- 1\n- 2\n", 422, "invalid-specification", ""),
                Arguments.of("nothing at all", " ", 400, "malformed", ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedSpecifications")
    void aMalformedSpecificationIsAnsweredByWhatIsWrongWhere(
            String what, String specification, int status, String type, String pointer, Stage stage) {
        Response response = stage.gateway()
                .request()
                .contentType("application/yaml")
                .body(specification)
                .post("/v1/runs");

        JsonNode problem = GatewayCalls.json(response);
        assertThat(response.contentType()).as(what).startsWith("application/problem+json");
        if (!type.equals("malformed") && !specification.startsWith("- ")) {
            assertThat(response.statusCode()).as(problem.toString()).isEqualTo(status);
            assertThat(problem.path("type").asText()).contains(type);
        }
        assertThat(response.statusCode()).as(problem.toString()).isBetween(400, 422);
        assertThat(problem.path("detail").asText() + problem.path("errors")).isNotBlank();
        if (!pointer.isEmpty()) {
            assertThat(problem.path("errors").findValuesAsText("pointer")).anyMatch(found -> found.startsWith(pointer));
        }
    }

    @Test
    void everyErrorIsNamedAtOnce(Stage stage) {
        String specification = Specifications.badam("e2e-model", 12, false)
                .replace("learning_rate: 2.0e-3", "learning_rate: 0")
                .replace("cutoff_len: 64", "cutoff_len: many")
                .replace("template: plain", "template: plane")
                .replace("dataset: e2e-sums", "dataset: e2e-sum");
        Response response = stage.gateway()
                .request()
                .contentType("application/yaml")
                .body(specification)
                .post("/v1/runs");

        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(GatewayCalls.json(response).path("errors").findValuesAsText("pointer"))
                .contains("/optimizer/learning_rate", "/batch/cutoff_len", "/template", "/dataset");
    }

    @Test
    void aBlockThatDoesNotExistIsRefusedWithItsNumber(Stage stage) {
        Response response = stage.gateway()
                .request()
                .contentType("application/yaml")
                .body(Specifications.badam("e2e-model", 12, false)
                        .replace("badam_switch_interval: 6", "badam_switch_interval: 6\n  badam_start_block: 9"))
                .post("/v1/runs");

        assertThat(response.statusCode()).isEqualTo(422);
        JsonNode error = GatewayCalls.json(response).path("errors").path(0);
        assertThat(error.path("pointer").asText()).isEqualTo("/method/badam_start_block");
        assertThat(error.path("message").asText()).contains("9");
    }

    @Test
    void rowsThatCannotBeTrainedOnAreDroppedAndCounted(Stage stage) {
        String rows = """
                {"instruction":"What is 1+1?","output":"2"}

                {"instruction":"No answer?","output":""}
                {"instruction":3,"output":"three"}
                not json
                {"instruction":"What is 2+2?","output":"4"}
                """;
        JsonNode dataset = stage.gateway().upload("e2e-mixed", "alpaca", rows.getBytes(UTF_8));
        long dropped = 0;
        for (JsonNode count : dataset.path("dropped")) {
            dropped += count.asLong();
        }

        assertThat(dataset.path("samples").asInt()).isEqualTo(2);
        assertThat(dropped).isGreaterThanOrEqualTo(3);
    }

    @Test
    void aDataSetOfNothingButSuchRowsIsRefused(Stage stage) {
        Response response = stage.gateway()
                .request()
                .contentType("application/x-ndjson")
                .queryParam("name", "e2e-empty")
                .queryParam("format", "alpaca")
                .body("{\"instruction\":\"?\",\"output\":\"\"}\n")
                .post("/v1/datasets");

        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(response.contentType()).startsWith("application/problem+json");
        stage.gateway().request().get("/v1/datasets/e2e-empty").then().statusCode(404);
    }

    @Test
    void aTruncatedModelIsRefusedAndAWholeOneCanBeUploadedAsATar(Stage stage, @TempDir Path directory)
            throws Exception {
        Path model = stage.files().modelDirectory();
        for (Path file : Files.list(model).toList()) {
            Files.copy(file, directory.resolve(file.getFileName()));
        }
        byte[] weights = Files.readAllBytes(directory.resolve("model.safetensors"));
        Files.write(directory.resolve("model.safetensors"), Arrays.copyOf(weights, weights.length - 100));

        Response truncated = upload(stage, "e2e-truncated", Tar.pack(directory));
        Response whole = upload(stage, "e2e-tar", Tar.pack(model));

        assertThat(truncated.statusCode()).as(truncated.asString()).isEqualTo(422);
        assertThat(truncated.asString()).contains("model.safetensors");
        assertThat(whole.statusCode()).as(whole.asString()).isEqualTo(201);
        assertThat(GatewayCalls.json(whole).path("checkpoint").asText())
                .isEqualTo(stage.gateway()
                        .get("/v1/models/e2e-model")
                        .path("checkpoint")
                        .asText());
        stage.gateway().request().get("/v1/models/e2e-truncated").then().statusCode(404);
    }

    private static Response upload(Stage stage, String name, byte[] tar) {
        return stage.gateway()
                .request()
                .contentType("application/x-tar")
                .queryParam("name", name)
                .body(tar)
                .post("/v1/models");
    }

    @Test
    void aPoisonRecordOnAnyTopicIsPutAsideAndTheMeshGoesOn(Stage stage) throws Exception {
        String poison = "poison-" + UUID.randomUUID();
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stage.mesh().bootstrapServers(),
                        ProducerConfig.ACKS_CONFIG,
                        "all"),
                new StringSerializer(),
                new ByteArraySerializer())) {
            for (Topic<? extends Message> topic : Topic.all()) {
                producer.send(new ProducerRecord<>(topic.name(), poison, "{]".getBytes(UTF_8)))
                        .get();
            }
        }
        Set<String> putAside = new HashSet<>();
        Properties properties = new Properties();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, stage.mesh().bootstrapServers());
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, poison);
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(Topic.all().stream().map(Topic::deadLetterName).toList());
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).untilAsserted(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (poison.equals(record.key())) {
                        putAside.add(record.topic());
                    }
                });
                assertThat(putAside)
                        .containsExactlyInAnyOrderElementsOf(
                                Topic.all().stream().map(Topic::deadLetterName).toList());
            });
        }

        String run = stage.gateway().submit(Specifications.badam("e2e-model", 6, false));
        assertThat(stage.gateway().eventsToTheEnd(run).getLast().type()).isEqualTo("run.completed");
    }

    @Test
    void aRunCanBeCancelledAndKeepsWhatIsCommitted(Stage stage) {
        String run = stage.gateway().submit(Specifications.badam("e2e-model", 6000, false));
        stage.gateway().eventsUntil(run, Optional.empty(), event -> event.type().equals("checkpoint.committed"));
        stage.gateway().request().post("/v1/runs/" + run + "/cancel").then().statusCode(202);
        List<Event> events = stage.gateway().eventsToTheEnd(run);

        assertThat(events.getLast().type()).isEqualTo("run.cancelled");
        String checkpoint =
                stage.gateway().get("/v1/runs/" + run).path("lastCheckpoint").asText();
        assertThat(stage.gateway()
                        .get("/v1/checkpoints/" + checkpoint)
                        .path("id")
                        .asText())
                .isEqualTo(checkpoint);
        stage.gateway().request().post("/v1/runs/" + run + "/cancel").then().statusCode(409);
    }
}
