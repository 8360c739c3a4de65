package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.store.StoreProblem;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.fake.FakeBroker;
import io.finemesh.gateway.fake.FakeStore;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.finemesh.gateway.fake.SampleRun;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class ArtifactResourceTest {
    FakeStore store;

    @Inject
    FakeBroker broker;

    @Inject
    Board board;

    @Inject
    Clock clock;

    @TestHTTPResource("/")
    URI base;

    @BeforeEach
    void ready() {
        store.reset();
        await().until(board::rebuilt);
    }

    @Test
    void adaptersAreTakenFromTheStoreWhereTheyAreAskedFor() {
        given().get("/v1/checkpoints/" + SampleRun.checkpoint(3) + "/export?adapter=true")
                .then()
                .statusCode(200)
                .contentType("application/x-tar")
                .body(equalTo("adapter"));
    }

    @Test
    void importsADirectory() {
        given().contentType("application/json")
                .body("{\"name\": \"new\", \"path\": \"/models/new\"}")
                .post("/v1/models")
                .then()
                .statusCode(201)
                .header("Location", containsString("/v1/models/new"))
                .body("checkpoint", equalTo(SampleRun.checkpoint(-1).value()))
                .body("configuration.num_hidden_layers", equalTo(2))
                .body("links.export", containsString("/export"));
        given().get("/v1/models")
                .then()
                .statusCode(200)
                .body("models.name", contains("new", "tiny"))
                .body("models[0].configuration", nullValue());
        given().get("/v1/models/new").then().statusCode(200).body("configuration.vocab_size", equalTo(32));
    }

    @Test
    void passesARefusalOfTheStoreOnWithEveryError() {
        given().contentType("application/json")
                .body("{\"name\": \"new\", \"path\": \"/nowhere\"}")
                .post("/v1/models")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:finemesh:store:problem:refused"))
                .body("detail", equalTo("/nowhere is no model directory"))
                .body("errors.message", contains("config.json is missing", "no safetensors file"));
    }

    @Test
    void tellsOfAFullStore() {
        store.refuse(new StoreProblem(
                "urn:finemesh:store:problem:storage-full", "Full", 507, "no space left for 5 bytes", List.of()));
        given().contentType("application/x-ndjson")
                .body("{}\n".getBytes(UTF_8))
                .post("/v1/datasets?name=d")
                .then()
                .statusCode(507)
                .body("detail", equalTo("no space left for 5 bytes"));
    }

    @Test
    void uploadsRows() {
        given().contentType("application/x-ndjson")
                .body("{\"a\": 1}\n{\"a\": 2}\n".getBytes(UTF_8))
                .post("/v1/datasets?name=fresh&format=openai")
                .then()
                .statusCode(201)
                .header("Location", containsString("/v1/datasets/fresh@1"))
                .body("version", equalTo("fresh@1"))
                .body("format", equalTo("openai"))
                .body("samples", equalTo(2))
                .body("dropped.empty_output", equalTo(2));
        assertThat(store.announcedLength()).contains(18L);
        given().get("/v1/datasets/fresh@1").then().statusCode(200).body("name", equalTo("fresh"));
        given().get("/v1/datasets").then().body("datasets", hasSize(3));
    }

    @Test
    void anUploadReachesTheStoreWhileItIsStillBeingSent() throws Exception {
        int chunks = 64;
        byte[] chunk = ("x".repeat((1 << 20) - 1) + "\n").getBytes(UTF_8);
        try (PipedInputStream body = new PipedInputStream(1 << 16);
                HttpClient client = HttpClient.newHttpClient()) {
            CompletableFuture<HttpResponse<String>> answer;
            try (PipedOutputStream writer = new PipedOutputStream(body)) {
                answer = client.sendAsync(
                        HttpRequest.newBuilder(base.resolve("/v1/models?name=big"))
                                .header("content-type", "application/x-tar")
                                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                writer.write(chunk);
                assertThat(store.firstByte().await(60, TimeUnit.SECONDS))
                        .as("the store has the beginning before the end is sent")
                        .isTrue();
                assertThat(answer).isNotDone();
                for (int index = 1; index < chunks; index++) {
                    writer.write(chunk);
                }
            }
            assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
        }
        assertThat(store.uploadedBytes()).isEqualTo((long) chunks * chunk.length);
        assertThat(store.announcedLength())
                .as("unbounded uploads stay unbounded")
                .isEmpty();
    }

    @Test
    void streamsAnExportThrough() throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> answer = client.send(
                    HttpRequest.newBuilder(base.resolve("/v1/checkpoints/" + SampleRun.checkpoint(3) + "/export"))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).contains("application/x-tar");
            assertThat(answer.headers().firstValue("content-disposition").orElseThrow())
                    .contains(SampleRun.checkpoint(3) + ".tar");
            try (InputStream body = answer.body()) {
                for (int block = 0; block < 1_000; block++) {
                    assertThat(body.readNBytes(1_024)).isEqualTo(FakeStore.exportBlock(block));
                }
                assertThat(body.read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void tellsOfACheckpointWithItsEvaluations() {
        broker.say(SampleRun.occurrences());
        await().until(() ->
                board.read(mesh -> mesh.evaluationsOf(SampleRun.checkpoint(3)).size()) > 0);
        given().get("/v1/checkpoints/" + SampleRun.checkpoint(3))
                .then()
                .statusCode(200)
                .body("parent", equalTo(SampleRun.checkpoint(2).value()))
                .body("changedTensors", contains("model.layer.1.weight"))
                .body("configuration.model_type", equalTo("llama"))
                .body("evaluations[0].scores[0].metric", equalTo("exact_match"))
                .body("links.run", equalTo("/v1/runs/" + SampleRun.ID));
    }

    @Test
    void tellsWhoTrainsAndWhoFellSilent() {
        heartbeat("trainer-talking", 0);
        heartbeat("trainer-gone", 3_600);
        await().until(() -> board.read(mesh -> mesh.trainers().size()) >= 2);
        given().get("/v1/trainers")
                .then()
                .statusCode(200)
                .body("trainers.find { it.id == 'trainer-talking' }.condition", equalTo("training"))
                .body("trainers.find { it.id == 'trainer-talking' }.runId", equalTo(SampleRun.ID.value()))
                .body("trainers.find { it.id == 'trainer-gone' }.condition", equalTo("silent"));
    }

    @Test
    void asksToTryAgainWhileTheStoreIsAway() {
        store.goAway(true);
        for (String path : List.of(
                "/v1/models",
                "/v1/models/tiny",
                "/v1/datasets",
                "/v1/datasets/sums",
                "/v1/checkpoints/" + SampleRun.checkpoint(3),
                "/v1/checkpoints/" + SampleRun.checkpoint(3) + "/export")) {
            given().get(path)
                    .then()
                    .statusCode(503)
                    .header("Retry-After", "5")
                    .body("type", equalTo("urn:finemesh:problem:store-unavailable"));
        }
    }

    private void heartbeat(String trainer, long secondsAgo) {
        io.finemesh.contract.id.TrainerId id = new io.finemesh.contract.id.TrainerId(trainer);
        broker.say(
                Topics.TRAINERS,
                new Envelope<>(
                        new EventId("beat-" + trainer),
                        "/gpu-trainer/" + trainer,
                        trainer,
                        clock.instant().minusSeconds(secondsAgo),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        new TrainerHeartbeat(
                                id,
                                new TrainerIncarnation("life-1"),
                                1,
                                TrainerCondition.TRAINING,
                                "cpu",
                                "mkl",
                                100,
                                80,
                                10,
                                Optional.of(SampleRun.ID),
                                OptionalLong.of(2),
                                OptionalLong.of(7),
                                List.of())));
    }
}
