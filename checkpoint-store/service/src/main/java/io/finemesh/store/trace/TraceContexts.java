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
                .map(text -> Span.fromContext(W3CTraceContextPropagator.getInstance()
                                .extract(Context.root(), text, Single.INSTANCE))
                        .getSpanContext())
                .filter(SpanContext::isValid);
    }

    /** The context of the span that is current, else what a caller sent; the second is passed on unchanged when tracing is off. */
    public static Optional<String> current(String sent) {
        SpanContext context = Span.current().getSpanContext();
        if (context.isValid()) {
            return Optional.of("00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                    + context.getTraceFlags().asHex());
        }
        return Optional.ofNullable(sent).filter(text -> parse(Optional.of(text)).isPresent());
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
