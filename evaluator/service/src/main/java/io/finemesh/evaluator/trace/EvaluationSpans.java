package io.finemesh.evaluator.trace;

import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** One span an evaluation: a trace of its own, linked to the submission that everything goes back to. */
@ApplicationScoped
public class EvaluationSpans {
    private final Tracer tracer;

    public EvaluationSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    /** Begins the span of an evaluation; the caller ends it. */
    public Span start(EvaluationId evaluation, Optional<RunId> run, EvaluationWork work, Optional<String> submission) {
        SpanBuilder builder = tracer.spanBuilder("evaluation.run")
                .setNoParent()
                .setAttribute("finemesh.evaluation.id", evaluation.value())
                .setAttribute("finemesh.checkpoint.id", work.checkpoint().value())
                .setAttribute("finemesh.steps", work.afterSteps());
        run.ifPresent(id -> builder.setAttribute("finemesh.run.id", id.value()));
        submission.map(EvaluationSpans::context).filter(SpanContext::isValid).ifPresent(builder::addLink);
        return builder.startSpan();
    }

    private static SpanContext context(String traceparent) {
        Context context = W3CTraceContextPropagator.getInstance()
                .extract(Context.root(), traceparent, new TextMapGetter<>() {
                    @Override
                    public Iterable<String> keys(String carrier) {
                        return List.of("traceparent");
                    }

                    @Override
                    public String get(String carrier, String key) {
                        return "traceparent".equals(key) ? carrier : null;
                    }
                });
        return Span.fromContext(context).getSpanContext();
    }
}
