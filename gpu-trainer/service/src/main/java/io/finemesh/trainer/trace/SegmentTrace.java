package io.finemesh.trainer.trace;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.TraceDetail;
import io.finemesh.engine.train.StepReport;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The trace of one segment. With detail {@code PER_STEP} each optimizer step is a span; with {@code SEGMENT} only the first two are, which
 * pay for the switch of blocks, and those that were skipped. Used by one thread.
 */
public final class SegmentTrace implements AutoCloseable {
    private static final int STEPS_OF_SEGMENT_DETAIL = 2;
    private static final AttributeKey<Long> STEP = AttributeKey.longKey("finemesh.step");
    private static final AttributeKey<Double> LOSS = AttributeKey.doubleKey("finemesh.step.loss");
    private static final AttributeKey<Double> GRADIENT_NORM = AttributeKey.doubleKey("finemesh.step.gradient_norm");
    private static final AttributeKey<Double> LEARNING_RATE = AttributeKey.doubleKey("finemesh.step.learning_rate");
    private static final AttributeKey<Long> TOKENS = AttributeKey.longKey("finemesh.step.tokens");
    private static final AttributeKey<Long> LABELLED_TOKENS = AttributeKey.longKey("finemesh.step.labelled_tokens");
    private static final AttributeKey<Boolean> SKIPPED = AttributeKey.booleanKey("finemesh.step.skipped");
    private static final AttributeKey<String> FAILURE = AttributeKey.stringKey("finemesh.failure.code");
    private static final AttributeKey<String> WITHDRAWN = AttributeKey.stringKey("finemesh.segment.withdrawn");

    private final Tracer tracer;
    private final Span span;
    private final TraceDetail detail;
    private final Clock clock;
    private int steps;
    private Instant lastEnd;

    SegmentTrace(Tracer tracer, Span span, TraceDetail detail, Clock clock) {
        this.tracer = tracer;
        this.span = span;
        this.detail = detail;
        this.clock = clock;
        this.lastEnd = clock.instant();
    }

    /** Context of the segment's span. */
    public SpanContext context() {
        return span.getSpanContext();
    }

    /** The same as W3C {@code traceparent}; empty when tracing is off. */
    public String traceparent() {
        return TrainerTracing.format(context());
    }

    /** Notes an optimizer step that has just ended, with its phases in microseconds. */
    public void step(StepReport report) {
        steps++;
        Instant end = clock.instant();
        if (isWanted(report)) {
            long nanos = report.phaseNanos().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            Instant start = end.minusNanos(nanos);
            SpanBuilder builder = tracer.spanBuilder("optimizer.step")
                    .setParent(Context.root().with(span))
                    .setStartTimestamp(start.isBefore(lastEnd) ? lastEnd : start)
                    .setAttribute(STEP, report.step())
                    .setAttribute(LOSS, report.loss())
                    .setAttribute(GRADIENT_NORM, report.gradientNorm())
                    .setAttribute(LEARNING_RATE, report.learningRate())
                    .setAttribute(TOKENS, (long) report.tokens())
                    .setAttribute(LABELLED_TOKENS, (long) report.labelledTokens())
                    .setAttribute(SKIPPED, report.skipped());
            report.block().ifPresent(block -> builder.setAttribute(TrainerTracing.BLOCK, block));
            report.phaseNanos()
                    .forEach((phase, taken) -> builder.setAttribute(
                            "finemesh.step.phase." + phase.name().toLowerCase(Locale.ROOT) + "_micros",
                            TimeUnit.NANOSECONDS.toMicros(taken)));
            builder.startSpan().end(end);
        }
        lastEnd = end;
    }

    /** Notes the result. */
    public void trained(CheckpointId checkpoint) {
        span.setAttribute(TrainerTracing.CHECKPOINT, checkpoint.value());
    }

    /** Notes that the segment was given up. */
    public void failed(Failure failure) {
        span.setAttribute(FAILURE, failure.code().name());
        span.setStatus(StatusCode.ERROR, failure.message());
    }

    /** Notes that the segment ended early because nobody wants it any more. */
    public void withdrawn(String reason) {
        span.setAttribute(WITHDRAWN, reason);
    }

    @Override
    public void close() {
        span.end(clock.instant());
    }

    private boolean isWanted(StepReport report) {
        return span.isRecording()
                && switch (detail) {
                    case OFF -> false;
                    case SEGMENT -> steps <= STEPS_OF_SEGMENT_DETAIL || report.skipped();
                    case PER_STEP -> true;
                };
    }
}
