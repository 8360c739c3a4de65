package io.finemesh.store.trace;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** A span for every import, below the request's; a timing {@code finemesh.import} by kind and outcome. */
public final class ImportTelemetry {
    private final Tracer tracer;
    private final MeterRegistry meters;
    private final Clock clock;

    public ImportTelemetry(Tracer tracer, MeterRegistry meters, Clock clock) {
        this.tracer = tracer;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Carries out an import in a span.
     *
     * @param kind {@code model} or {@code dataset}
     * @param name name that was asked for
     */
    public <T> T within(String kind, String name, Supplier<T> work) {
        Instant begun = clock.instant();
        Span span = tracer.spanBuilder(kind + ".import")
                .setAttribute("finemesh." + kind + ".name", String.valueOf(name))
                .startSpan();
        String outcome = "failed";
        try {
            T result = Context.current().with(span).wrapSupplier(work).get();
            outcome = "done";
            return result;
        } catch (RuntimeException failure) {
            span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
            throw failure;
        } finally {
            span.end();
            meters.timer("finemesh.import", "kind", kind, "outcome", outcome)
                    .record(Duration.between(begun, clock.instant()));
        }
    }
}
