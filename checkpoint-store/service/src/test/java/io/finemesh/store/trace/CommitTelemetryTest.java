package io.finemesh.store.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.store.commit.CommitOutcome;
import io.finemesh.store.commit.SegmentCommit;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class CommitTelemetryTest {
    private static final String SUBMISSION = "0af7651916cd43dd8448eb211c80319c";
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final Tracer tracer = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()
            .get("test");
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CommitTelemetry telemetry = new CommitTelemetry(tracer, meters);

    @Test
    void aCommitIsASpanOfItsOwnTraceLinkedToTheSubmission() {
        SegmentEnded claim = claim();
        CheckpointCommitted event = new CheckpointCommitted(
                claim.checkpoint(),
                claim.runId(),
                4,
                1,
                claim.base(),
                9,
                "w",
                1234,
                List.of("a", "b"),
                OptionalDouble.empty());

        telemetry.concluded(
                envelope(Optional.of("00-" + SUBMISSION + "-b7ad6b7169203331-01")),
                new CommitOutcome.Committed(event, false),
                NOON,
                NOON.plusMillis(250));

        SpanData span = exporter.getFinishedSpanItems().getFirst();
        assertThat(span.getName()).isEqualTo("checkpoint.commit");
        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(span.getTraceId()).isNotEqualTo(SUBMISSION);
        assertThat(span.getLinks()).singleElement().satisfies(link -> assertThat(
                        link.getSpanContext().getTraceId())
                .isEqualTo(SUBMISSION));
        assertThat(span.getEndEpochNanos() - span.getStartEpochNanos())
                .isEqualTo(Duration.ofMillis(250).toNanos());
        assertThat(span.getAttributes().get(AttributeKey.stringKey("finemesh.run.id")))
                .isEqualTo("run");
        assertThat(span.getAttributes().get(AttributeKey.longKey("finemesh.segment.index")))
                .isEqualTo(4);
        assertThat(span.getAttributes().get(AttributeKey.stringKey("finemesh.checkpoint.id")))
                .isEqualTo("ck-child");
        assertThat(span.getAttributes().get(AttributeKey.longKey("finemesh.checkpoint.changed_tensors")))
                .isEqualTo(2);
        assertThat(meters.get("finemesh.checkpoint.commit")
                        .tag("outcome", "committed")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aRefusalIsAnErrorSpanWithTheReason() {
        telemetry.concluded(
                envelope(Optional.empty()),
                SegmentCommit.rejected(claim(), FailureCode.CHECKPOINT_REFUSED, List.of("the ledger has a gap")),
                NOON,
                NOON);

        SpanData span = exporter.getFinishedSpanItems().getFirst();
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span.getStatus().getDescription()).contains("the ledger has a gap");
        assertThat(span.getLinks()).isEmpty();
        assertThat(meters.get("finemesh.checkpoint.commit")
                        .tag("outcome", "rejected")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aTraceContextThatIsNoneIsNoLink() {
        assertThat(TraceContexts.parse(Optional.of("garbage"))).isEmpty();
        assertThat(TraceContexts.parse(Optional.of("00-" + "0".repeat(32) + "-b7ad6b7169203331-01")))
                .isEmpty();
        assertThat(TraceContexts.parse(Optional.empty())).isEmpty();
    }

    @Test
    void whatTheCallerSentIsPassedOnUnchangedWithAndWithoutTracing() {
        String sent = "00-" + SUBMISSION + "-b7ad6b7169203331-01";
        ImportTelemetry imports = new ImportTelemetry(tracer, meters, java.time.Clock.systemUTC());

        assertThat(TraceContexts.starting(sent, false)).contains(sent);
        assertThat(imports.within("model", "m", () -> TraceContexts.starting(sent, true)))
                .contains(sent);
    }

    @Test
    void aRequestWithoutContextBeginsItsOwnTraceIfTracingIsOn() {
        ImportTelemetry imports = new ImportTelemetry(tracer, meters, java.time.Clock.systemUTC());

        Optional<String> own = imports.within("model", "m", () -> TraceContexts.starting("garbage", true));
        Optional<String> none = imports.within("model", "m", () -> TraceContexts.starting(null, false));

        assertThat(TraceContexts.parse(own)).hasValueSatisfying(context -> assertThat(context.getTraceId())
                .isEqualTo(exporter.getFinishedSpanItems().getFirst().getTraceId()));
        assertThat(none).isEmpty();
        assertThat(TraceContexts.starting(null, true)).as("outside of any span").isEmpty();
    }

    @Test
    void anImportIsASpanThatIsCurrentWhileItRuns() {
        ImportTelemetry imports = new ImportTelemetry(tracer, meters, java.time.Clock.systemUTC());

        String inside = imports.within(
                "model", "m", () -> Span.current().getSpanContext().getSpanId());

        SpanData span = exporter.getFinishedSpanItems().getFirst();
        assertThat(span.getName()).isEqualTo("model.import");
        assertThat(span.getSpanId()).isEqualTo(inside);
        assertThat(meters.get("finemesh.import")
                        .tags("kind", "model", "outcome", "done")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    private static Envelope<SegmentEnded> envelope(Optional<String> traceparent) {
        return Envelope.starting(new EventId("e"), "/t", "run", NOON, traceparent, claim());
    }

    private static SegmentEnded claim() {
        return new SegmentEnded(
                new RunId("run"),
                4,
                1,
                new TrainerId("t"),
                new CheckpointId("ck-child"),
                new CheckpointId("ck-parent"),
                9,
                List.of(),
                "{}",
                List.of(),
                new BlobReference(new BlobDigest("0".repeat(64)), 0));
    }
}
