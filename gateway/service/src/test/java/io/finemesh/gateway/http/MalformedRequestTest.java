package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.fake.FakeBroker;
import io.finemesh.gateway.fake.FakeStore;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that are wrong in every way a request can be; each has its status and its type, and none reaches the scheduler. */
@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class MalformedRequestTest {
    private static final String YAML = "application/yaml";
    private static final String JSON = "application/json";
    private static final String GOOD = "model: tiny\ndataset: sums\nduration: {max_steps: 5}\n";

    FakeStore store;

    @Inject
    FakeBroker broker;

    @Inject
    Board board;

    /**
     * A wrong request.
     *
     * @param status expected status
     * @param type expected type, without its common beginning
     * @param detail text that the answer holds
     */
    private record Wrong(
            String method, String path, String contentType, String body, int status, String type, String detail) {}

    private static final List<Wrong> TABLE = List.of(
            new Wrong("POST", "/v1/runs", YAML, "model: [tiny\n", 400, "malformed-document", "line 2, column 1"),
            new Wrong("POST", "/v1/runs", YAML, "a: &a [*a]", 400, "malformed-document", "levels deep"),
            new Wrong("POST", "/v1/runs", YAML, "\u0000", 400, "malformed-document", "special characters"),
            new Wrong("POST", "/v1/runs", JSON, "{\"model\": }", 400, "malformed-document", "line 1"),
            new Wrong("POST", "/v1/runs", JSON, GOOD, 400, "malformed-document", "not JSON"),
            new Wrong("POST", "/v1/runs", YAML, "", 422, "invalid-specification", "nothing"),
            new Wrong("POST", "/v1/runs", YAML, "- a\n- b\n", 422, "invalid-specification", "a mapping of fields"),
            new Wrong("POST", "/v1/runs", YAML, GOOD + "model: x\n", 422, "invalid-specification", "given twice"),
            new Wrong("POST", "/v1/runs", YAML, GOOD + "1: x\n", 422, "invalid-specification", "keys are text"),
            new Wrong(
                    "POST", "/v1/runs", YAML, GOOD + "sede: 1\n", 422, "invalid-specification", "did you mean 'seed'"),
            new Wrong(
                    "POST",
                    "/v1/runs",
                    YAML,
                    GOOD + "method: {badam_switch_interval: 0}\n",
                    422,
                    "invalid-specification",
                    "from 1 to 1000000, or auto"),
            new Wrong(
                    "POST",
                    "/v1/runs",
                    YAML,
                    GOOD + "optimizer: {learning_rate: -1}\n",
                    422,
                    "invalid-specification",
                    "a number above 0"),
            new Wrong("POST", "/v1/runs", "text/plain", GOOD, 415, "unsupported-media-type", "text/plain"),
            new Wrong(
                    "POST",
                    "/v1/runs",
                    "application/x-www-form-urlencoded",
                    "model=tiny",
                    415,
                    "unsupported-media-type",
                    "x-www-form-urlencoded"),
            new Wrong(
                    "POST",
                    "/v1/runs/run-unknown/cancel",
                    JSON,
                    "{\"reason\": \"\\u001b[2J\"}",
                    400,
                    "malformed-request",
                    "printable text"),
            new Wrong("PUT", "/v1/runs", YAML, GOOD, 405, "method-not-allowed", "/v1/runs"),
            new Wrong("GET", "/v1/runs?limit=many", null, null, 400, "malformed-request", "limit"),
            new Wrong("GET", "/v1/runs?limit=0", null, null, 400, "malformed-request", "from 1 to 1000"),
            new Wrong("GET", "/v1/runs?phase=flying", null, null, 400, "malformed-request", "submitted, accepted"),
            new Wrong("GET", "/v1/runs?before=run-unknown", null, null, 400, "malformed-request", "run-unknown"),
            new Wrong("GET", "/v1/runs/run-unknown", null, null, 404, "unknown-run", "run-unknown"),
            new Wrong("GET", "/v1/runs/-bad-", null, null, 400, "malformed-identifier", "RunId"),
            new Wrong("GET", "/v1/runs/" + "x".repeat(200), null, null, 400, "malformed-identifier", "1 to 128"),
            new Wrong("GET", "/v1/runs/run-unknown/steps", null, null, 404, "unknown-run", "run-unknown"),
            new Wrong("GET", "/v1/runs/run-unknown/steps?from=-1", null, null, 400, "malformed-request", "from"),
            new Wrong("GET", "/v1/runs/run-unknown/events", null, null, 404, "unknown-run", "run-unknown"),
            new Wrong(
                    "GET",
                    "/v1/runs/run-unknown/events?lastEventId=42",
                    null,
                    null,
                    400,
                    "malformed-identifier",
                    "Last-Event-ID is '42'"),
            new Wrong("POST", "/v1/runs/run-unknown/cancel", null, null, 404, "unknown-run", "run-unknown"),
            new Wrong("DELETE", "/v1/runs/run-unknown", null, null, 404, "unknown-run", "run-unknown"),
            new Wrong("POST", "/v1/models", JSON, "{\"name\": \"m\"}", 400, "malformed-request", "path is missing"),
            new Wrong(
                    "POST",
                    "/v1/models",
                    JSON,
                    "{\"name\": \"a/b\", \"paht\": \"/models/x\"}",
                    400,
                    "malformed-request",
                    "did you mean 'path'"),
            new Wrong("POST", "/v1/models", JSON, "{", 400, "malformed-document", "not JSON"),
            new Wrong("POST", "/v1/models", "application/x-tar", "x", 400, "malformed-request", "name"),
            new Wrong("POST", "/v1/models?name=a%2Fb", "application/x-tar", "x", 400, "malformed-identifier", "a/b"),
            new Wrong("GET", "/v1/models/tinny", null, null, 404, "unknown-model", "did you mean tiny"),
            new Wrong("POST", "/v1/datasets", "application/x-ndjson", "{}", 400, "malformed-request", "name"),
            new Wrong(
                    "POST",
                    "/v1/datasets?name=d&format=csv",
                    "application/x-ndjson",
                    "{}",
                    400,
                    "malformed-request",
                    "alpaca, openai"),
            new Wrong(
                    "POST",
                    "/v1/datasets?name=d@1",
                    "application/x-ndjson",
                    "{}",
                    400,
                    "malformed-identifier",
                    "given by the store"),
            new Wrong("GET", "/v1/datasets/sumz", null, null, 404, "unknown-dataset", "did you mean sums"),
            new Wrong("GET", "/v1/checkpoints/ck-1", null, null, 400, "malformed-identifier", "32 hexadecimal"),
            new Wrong(
                    "GET",
                    "/v1/checkpoints/ck-ffffffffffffffffffffffffffffffff",
                    null,
                    null,
                    404,
                    "unknown-checkpoint",
                    "ck-ffff"),
            new Wrong(
                    "GET",
                    "/v1/checkpoints/ck-ffffffffffffffffffffffffffffffff/export",
                    null,
                    null,
                    404,
                    "unknown-checkpoint",
                    "ck-ffff"),
            new Wrong("GET", "/v1/nothing", null, null, 404, "unknown-resource", "/v1/nothing"),
            new Wrong("GET", "/nothing", null, null, 404, "unknown-resource", "/nothing"),
            new Wrong("PATCH", "/v1/trainers", null, null, 405, "method-not-allowed", "/v1/trainers"));

    @BeforeEach
    void ready() {
        store.reset();
        await().until(board::rebuilt);
    }

    @Test
    void eachWrongRequestHasItsTypedAnswerAndNoneReachesTheScheduler() {
        int before = broker.records(Topics.RUN_COMMANDS.name()).size();
        for (Wrong wrong : TABLE) {
            Response answer = send(wrong);
            assertThat(answer.statusCode())
                    .as(wrong + " -> " + answer.asString())
                    .isEqualTo(wrong.status());
            assertThat(answer.contentType()).as(wrong.toString()).startsWith("application/problem+json");
            assertThat(answer.<String>path("type"))
                    .as(wrong.toString())
                    .isEqualTo("urn:finemesh:problem:" + wrong.type());
            assertThat(answer.<Integer>path("status")).isEqualTo(wrong.status());
            assertThat(answer.asString().replace("\\\"", "\""))
                    .as(wrong.toString())
                    .contains(wrong.detail());
            assertThat(answer.asString()).doesNotContain("io.finemesh").doesNotContain("Exception");
        }
        assertThat(broker.records(Topics.RUN_COMMANDS.name())).hasSize(before);
    }

    @Test
    void refusesASpecificationOfMoreThanAMebibyte() {
        given().contentType(YAML)
                .body((GOOD + "# " + "x".repeat(1 << 20)).getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(413)
                .body("type", org.hamcrest.Matchers.equalTo("urn:finemesh:problem:too-large"));
    }

    @Test
    void refusesAnIdempotencyKeyThatIsNone() {
        given().contentType(YAML)
                .header("Idempotency-Key", "k".repeat(256))
                .body(GOOD.getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(400)
                .body("detail", org.hamcrest.Matchers.containsString("Idempotency-Key"));
    }

    @Test
    void refusesABodyWhoseTypeIsNoneOrWhoseTextIsNotUtf8() throws Exception {
        for (String type :
                List.of("garbage", "application/yaml; charset=utf-16", "/", "application/json;charset=utf-32")) {
            String answer = raw("POST /v1/runs HTTP/1.1", "Content-Type: " + type, "Content-Length: 0");
            assertThat(answer).as(type).startsWith("HTTP/1.1 415 ").contains("unsupported-media-type", "Content-Type");
        }
        assertThat(raw("POST /v1/runs HTTP/1.1", "Content-Type: application/yaml; charset=UTF-8", "Content-Length: 0"))
                .startsWith("HTTP/1.1 422 ");
    }

    @Test
    void refusesAnEmptyIdempotencyKey() throws Exception {
        assertThat(raw(
                        "POST /v1/runs HTTP/1.1",
                        "Content-Type: application/yaml",
                        "Idempotency-Key:",
                        "Content-Length: " + GOOD.length(),
                        "",
                        GOOD))
                .startsWith("HTTP/1.1 400 ")
                .contains("Idempotency-Key");
    }

    /** A request as it goes over the wire, for headers that no client library would send. */
    private static String raw(String... lines) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            List<String> all = new ArrayList<>(List.of(lines));
            all.addAll(1, List.of("Host: gateway", "Connection: close"));
            if (!all.contains("")) {
                all.addAll(List.of("", ""));
            }
            socket.getOutputStream().write(String.join("\r\n", all).getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static Response send(Wrong wrong) {
        var request = given().urlEncodingEnabled(false);
        if (wrong.contentType() != null) {
            request.contentType(wrong.contentType());
            if (wrong.contentType().endsWith("urlencoded")) {
                request.body(wrong.body());
            } else {
                request.body(wrong.body().getBytes(UTF_8));
            }
        }
        return request.request(wrong.method(), wrong.path());
    }
}
