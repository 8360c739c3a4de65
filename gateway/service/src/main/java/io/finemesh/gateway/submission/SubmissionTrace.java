package io.finemesh.gateway.submission;

import io.finemesh.contract.id.RunId;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The span {@code run.submit}, to which everything that happens to the run is linked later: its context travels with the command. Where
 * tracing is off, the caller's own context travels instead, unchanged.
 */
@ApplicationScoped
public class SubmissionTrace {
    /** W3C Trace Context level 1; an all-zero trace or span id is invalid. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private final Tracer tracer;
    private final boolean off;

    /**
     * Makes spans with this tracer.
     *
     * @param off whether tracing is off; the tracer then still gives spans a context, but of a trace that nobody ever sees
     */
    public SubmissionTrace(
            Tracer tracer, @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "false") boolean off) {
        this.tracer = tracer;
        this.off = off;
    }

    /** Begins the span, as a child of the request's; the caller ends it. */
    public Span begin(RunId run, String name) {
        return tracer.spanBuilder("run.submit")
                .setAttribute("finemesh.run.id", run.value())
                .setAttribute("finemesh.run.name", name)
                .startSpan();
    }

    /** What travels with the command: the span's context, else what the caller sent if that is one. */
    public Optional<String> traceparent(Span span, Optional<String> fromCaller) {
        SpanContext context = span.getSpanContext();
        if (!off && context.isValid()) {
            return Optional.of("00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                    + context.getTraceFlags().asHex());
        }
        return fromCaller.filter(text -> TRACEPARENT.matcher(text).matches());
    }
}
