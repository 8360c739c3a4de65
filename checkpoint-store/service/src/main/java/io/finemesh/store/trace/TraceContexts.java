package io.finemesh.store.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.Optional;

/** W3C trace contexts as text. */
public final class TraceContexts {
    private static final String TRACEPARENT = "traceparent";

    private TraceContexts() {}

    /** The context a text means; empty if it is none. */
    public static Optional<SpanContext> parse(Optional<String> traceparent) {
        return traceparent
                .map(text -> Span.fromContext(
                                W3CTraceContextPropagator.getInstance().extract(Context.root(), text, Single.INSTANCE))
                        .getSpanContext())
                .filter(SpanContext::isValid);
    }

    /**
     * The context in which a request began: what its sender says, unchanged, because the starting trace is what events carry; else that
     * of the request's own span.
     *
     * @param sent the {@code traceparent} header, null if there was none
     * @param tracing whether spans go anywhere; a context that nobody can look up is none
     */
    public static Optional<String> starting(String sent, boolean tracing) {
        Optional<String> valid = Optional.ofNullable(sent)
                .filter(text -> parse(Optional.of(text)).isPresent());
        SpanContext context = Span.current().getSpanContext();
        if (valid.isPresent() || !tracing || !context.isValid()) {
            return valid;
        }
        return Optional.of("00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                + context.getTraceFlags().asHex());
    }

    private enum Single implements TextMapGetter<String> {
        INSTANCE;

        @Override
        public Iterable<String> keys(String carrier) {
            return List.of(TRACEPARENT);
        }

        @Override
        public String get(String carrier, String key) {
            return key.equals(TRACEPARENT) ? carrier : null;
        }
    }
}
