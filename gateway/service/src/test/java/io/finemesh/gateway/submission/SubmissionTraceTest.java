package io.finemesh.gateway.submission;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.fake.FakeBroker;
import io.finemesh.gateway.fake.FakeStore;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With tracing on: the span that everything of a run is linked to, and its context on the command. */
@QuarkusTest
@TestProfile(SubmissionTraceTest.TracingOn.class)
@WithTestResource(FakeStoreResource.class)
class SubmissionTraceTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    FakeStore store;

    @Inject
    FakeBroker broker;

    @Inject
    Board board;

    @Inject
    InMemorySpanExporter exporter;

    /** Tracing on, spans exported at once. */
    public static final class TracingOn implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.otel.sdk.disabled", "false",
                    "quarkus.otel.simple", "true");
        }
    }

    /** Where spans go in tests. */
    @ApplicationScoped
    public static class Spans {
        @Produces
        @Singleton
        InMemorySpanExporter exporter() {
            return InMemorySpanExporter.create();
        }
    }

    @Test
    void theCommandCarriesTheContextOfTheSubmission() {
        store.reset();
        await().until(board::rebuilt);
        String id = given().contentType("application/yaml")
                .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                .body("model: tiny\ndataset: sums\nduration: {max_steps: 5}\n".getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        await().until(() -> spans("POST /v1/runs").size() == 1);
        SpanData submission = spans("run.submit").getFirst();
        SpanData request = spans("POST /v1/runs").getFirst();
        assertThat(request.getKind()).isEqualTo(SpanKind.SERVER);
        assertThat(request.getTraceId()).as("the caller's trace").isEqualTo(TRACE);
        assertThat(submission.getParentSpanId()).isEqualTo(request.getSpanId());
        assertThat(submission.getAttributes().get(AttributeKey.stringKey("finemesh.run.id")))
                .isEqualTo(id);
        String traceparent = broker.records(Topics.RUN_COMMANDS.name()).stream()
                .filter(record -> record.key().equals(id))
                .map(record -> new EventCodec().decode(Topics.RUN_COMMANDS, record))
                .findFirst()
                .orElseThrow()
                .traceparent()
                .orElseThrow();
        assertThat(traceparent).isEqualTo("00-" + TRACE + "-" + submission.getSpanId() + "-01");
    }

    private List<SpanData> spans(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }
}
