package io.finemesh.trainer.trace;

import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.run.TraceDetail;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.trainer.result.TrainedSegment;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Begins the spans of a trainer. Where tracing is off they cost nothing and their context is empty. */
public final class TrainerTracing {
    static final AttributeKey<String> RUN = AttributeKey.stringKey("finemesh.run.id");
    static final AttributeKey<String> TRAINER = AttributeKey.stringKey("finemesh.trainer.id");
    static final AttributeKey<Long> SEGMENT = AttributeKey.longKey("finemesh.segment.index");
    static final AttributeKey<String> BLOCK = AttributeKey.stringKey("finemesh.segment.block");
    static final AttributeKey<Long> FIRST_STEP = AttributeKey.longKey("finemesh.segment.first_step");
    static final AttributeKey<Long> STEPS = AttributeKey.longKey("finemesh.segment.steps");
    static final AttributeKey<Long> EPOCH = AttributeKey.longKey("finemesh.lease.epoch");
    static final AttributeKey<String> BASE = AttributeKey.stringKey("finemesh.checkpoint.base");
    static final AttributeKey<String> CHECKPOINT = AttributeKey.stringKey("finemesh.checkpoint.id");
    static final AttributeKey<Long> BLOBS = AttributeKey.longKey("finemesh.checkpoint.blobs");
    static final AttributeKey<Long> BYTES = AttributeKey.longKey("finemesh.checkpoint.bytes");
    static final AttributeKey<String> LINK = AttributeKey.stringKey("finemesh.link");

    private static final String TRACEPARENT = "traceparent";

    private final Tracer tracer;
    private final TrainerId trainer;
    private final Clock clock;

    public TrainerTracing(Tracer tracer, TrainerId trainer, Clock clock) {
        this.tracer = tracer;
        this.trainer = trainer;
        this.clock = clock;
    }

    /**
     * Begins the trace of a segment: {@code train.segment}, linked to the submission's context and to the segment before.
     *
     * @param command that granted the segment; its {@code ce_traceparent} is the submission's context
     */
    public SegmentTrace segment(Envelope<TrainSegment> command) {
        SegmentWork work = command.body().work();
        if (work.specification().trace() == TraceDetail.OFF) {
            return new SegmentTrace(tracer, Span.getInvalid(), TraceDetail.OFF, clock);
        }
        SpanBuilder builder = tracer.spanBuilder("train.segment")
                .setNoParent()
                .setSpanKind(SpanKind.INTERNAL)
                .setStartTimestamp(clock.instant())
                .setAttribute(RUN, work.runId().value())
                .setAttribute(TRAINER, trainer.value())
                .setAttribute(SEGMENT, (long) work.segment().index())
                .setAttribute(FIRST_STEP, work.segment().firstStep())
                .setAttribute(STEPS, (long) work.segment().steps())
                .setAttribute(EPOCH, command.body().epoch())
                .setAttribute(BASE, work.base().value());
        work.segment().block().ifPresent(block -> builder.setAttribute(BLOCK, block));
        command.traceparent()
                .flatMap(TrainerTracing::parse)
                .ifPresent(context -> builder.addLink(context, Attributes.of(LINK, "submission")));
        work.previousSegmentTraceparent()
                .flatMap(TrainerTracing::parse)
                .ifPresent(context -> builder.addLink(context, Attributes.of(LINK, "previous-segment")));
        return new SegmentTrace(
                tracer, builder.startSpan(), work.specification().trace(), clock);
    }

    /** Begins {@code checkpoint.upload} in the trace of the segment whose result is uploaded. */
    public Span upload(SpanContext segment, TrainedSegment result) {
        if (!segment.isValid()) {
            return Span.getInvalid();
        }
        return tracer.spanBuilder("checkpoint.upload")
                .setParent(Context.root().with(Span.wrap(segment)))
                .setSpanKind(SpanKind.CLIENT)
                .setStartTimestamp(clock.instant())
                .setAttribute(CHECKPOINT, result.checkpoint().value())
                .setAttribute(BLOBS, (long) result.blobs().size())
                .setAttribute(BYTES, result.sizeBytes())
                .startSpan();
    }

    /** Ends a span now. */
    public void end(Span span) {
        span.end(clock.instant());
    }

    /** A W3C {@code traceparent} as a context; nothing if it is not one. */
    static Optional<SpanContext> parse(String traceparent) {
        Context context = W3CTraceContextPropagator.getInstance()
                .extract(Context.root(), Map.of(TRACEPARENT, traceparent), new MapGetter());
        return Optional.of(Span.fromContext(context).getSpanContext()).filter(SpanContext::isValid);
    }

    /** A context as a W3C {@code traceparent}; empty text if it is not valid. */
    static String format(SpanContext context) {
        return context.isValid()
                ? "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                        + context.getTraceFlags().asHex()
                : "";
    }

    private static final class MapGetter implements TextMapGetter<Map<String, String>> {
        @Override
        public Iterable<String> keys(Map<String, String> carrier) {
            return List.copyOf(carrier.keySet());
        }

        @Override
        public String get(Map<String, String> carrier, String key) {
            return carrier == null ? null : carrier.get(key);
        }
    }
}
