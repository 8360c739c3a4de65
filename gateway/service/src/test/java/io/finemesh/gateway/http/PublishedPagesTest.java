package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.fake.FakeBroker;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the gateway publishes about itself: health, metrics, interface description, schema, dashboard. */
@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class PublishedPagesTest {
    @Inject
    FakeBroker broker;

    @Inject
    Board board;

    @BeforeEach
    void ready() {
        await().until(board::rebuilt);
    }

    @Test
    void publishesTheSchemaAsItStandsInTheDocumentation() throws IOException {
        String served = given().get("/v1/schemas/run-specification.json")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(served)
                .isEqualTo(Files.readString(
                        Path.of(System.getProperty("finemesh.root"), "docs/run-specification.schema.json")));
    }

    @Test
    void describesEveryEndpoint() {
        JsonPath openapi = given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        Map<String, Map<String, Object>> paths = openapi.getMap("paths");
        assertThat(paths)
                .containsKeys(
                        "/v1/runs",
                        "/v1/runs/{id}",
                        "/v1/runs/{id}/steps",
                        "/v1/runs/{id}/events",
                        "/v1/runs/{id}/cancel",
                        "/v1/models",
                        "/v1/models/{name}",
                        "/v1/datasets",
                        "/v1/datasets/{nameOrVersion}",
                        "/v1/checkpoints/{id}",
                        "/v1/checkpoints/{id}/export",
                        "/v1/trainers",
                        "/v1/schemas/run-specification.json");
        paths.forEach((path, methods) -> methods.forEach((method, operation) -> {
            if (operation instanceof Map<?, ?> described) {
                assertThat(described.containsKey("summary"))
                        .as(method + " " + path)
                        .isTrue();
                assertThat(described.containsKey("operationId"))
                        .as(method + " " + path)
                        .isTrue();
            }
        }));
        assertThat(openapi.getMap("paths.'/v1/runs'.post.requestBody.content"))
                .containsKeys("application/yaml", "application/json");
        assertThat(openapi.getMap("paths.'/v1/runs'.post.responses")).containsKeys("202", "400", "409", "422", "503");
        assertThat(openapi.getMap("components.responses.Problem.content")).containsKey("application/problem+json");
    }

    @Test
    void isReadyWhileTheBrokerAnswers() {
        given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
        broker.goAway(true);
        try {
            await().untilAsserted(() -> given().get("/q/health/ready")
                    .then()
                    .statusCode(503)
                    .body("checks[0].data.brokerReachable", equalTo(false)));
            given().get("/q/health/live").then().statusCode(200);
        } finally {
            broker.goAway(false);
        }
        await().untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));
    }

    @Test
    void countsWhatItDoes() {
        given().contentType("application/yaml")
                .body("model: m".getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(422);
        given().get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("finemesh_gateway_submissions_total{outcome=\"refused\""))
                .body(containsString("finemesh_gateway_event_streams"));
    }

    @Test
    void showsADashboardThatNeedsNothingFromElsewhere() {
        String page = given().get("/")
                .then()
                .statusCode(200)
                .contentType("text/html")
                .extract()
                .asString();
        assertThat(page).contains("<title>Finemesh").contains("EventSource");
        assertThat(page).doesNotContainPattern("(src|href)=\"https?://");
    }
}
