package io.finemesh.store.trace;

import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.store.commit.CommitObserver;
import io.finemesh.store.commit.CommitOutcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import java.time.Instant;

/**
 * A span {@code checkpoint.commit} for every result, the root of a trace of its own and linked to the submission of its run; it lasts
 * from the first attempt until the mesh was told. A timing {@code finemesh.checkpoint.commit} by outcome.
 */
public final class CommitTelemetry implements CommitObserver {
    private final Tracer tracer;
    private final MeterRegistry meters;

    public CommitTelemetry(Tracer tracer, MeterRegistry meters) {
        this.tracer = tracer;
        this.meters = meters;
    }

    @Override
    public void concluded(Envelope<SegmentEnded> result, CommitOutcome outcome, Instant begun, Instant ended) {
        SegmentEnded claim = result.body();
        SpanBuilder builder = tracer.spanBuilder("checkpoint.commit")
                .setNoParent()
                .setSpanKind(SpanKind.INTERNAL)
                .setStartTimestamp(begun)
                .setAttribute("finemesh.run.id", claim.runId().value())
                .setAttribute("finemesh.segment.index", claim.segmentIndex())
                .setAttribute("finemesh.checkpoint.id", claim.checkpoint().value())
                .setAttribute("finemesh.checkpoint.parent", claim.base().value())
                .setAttribute("finemesh.step.last", claim.lastStep());
        TraceContexts.parse(result.traceparent()).ifPresent(builder::addLink);
        Span span = builder.startSpan();
        String name =
                switch (outcome) {
                    case CommitOutcome.Committed committed -> {
                        span.setAttribute(
                                "finemesh.checkpoint.new_bytes",
                                committed.event().newBytes());
                        span.setAttribute(
                                "finemesh.checkpoint.changed_tensors",
                                committed.event().changedTensors().size());
                        yield committed.existed() ? "repeated" : "committed";
                    }
                    case CommitOutcome.Rejected rejected -> {
                        span.setStatus(
                                StatusCode.ERROR, rejected.event().failure().message());
                        yield "rejected";
                    }
                    case CommitOutcome.BaseUnknown undecided -> "undecided";
                };
        span.setAttribute("finemesh.outcome", name);
        span.end(ended);
        meters.timer("finemesh.checkpoint.commit", "outcome", name).record(Duration.between(begun, ended));
    }
}
