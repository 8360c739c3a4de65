package io.finemesh.scheduler.trace;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.scheduler.lifecycle.Charter;
import io.finemesh.scheduler.lifecycle.Decision;
import io.finemesh.scheduler.lifecycle.RunChange;
import io.finemesh.scheduler.lifecycle.RunState;
import io.finemesh.scheduler.lifecycle.RunTotals;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The two decisions that frame a run: {@code run.plan} when it is accepted or rejected, {@code run.complete} when it ends, whichever way. Each
 * is a trace of its own, linked to the submission. A decision whose transaction is aborted is made again, and its span with it.
 */
public final class RunSpans {
    private final Tracer tracer;

    public RunSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    /**
     * A decision was made.
     *
     * @param before where the run stood
     * @param cause W3C trace context of the input
     */
    public void decided(
            RunId run, RunState before, Optional<String> cause, Decision decision, Instant begun, Instant ended) {
        for (RunChange change : decision.changes()) {
            switch (change) {
                case RunChange.Planned planned -> {
                    Span span = start("run.plan", run, planned.charter().traceparent(), begun);
                    span.setAttribute(
                            "finemesh.segments", planned.charter().plan().segments());
                    span.setAttribute("finemesh.steps", planned.charter().plan().totalSteps());
                    span.end(ended);
                }
                case RunChange.Refused refused -> {
                    Span span = start("run.plan", run, cause, begun);
                    span.setStatus(StatusCode.ERROR, refused.failure().message());
                    span.end(ended);
                }
                case RunChange.Completed _ -> ended(run, before, decision, "completed", Optional.empty(), begun, ended);
                case RunChange.Cancelled _ -> ended(run, before, decision, "cancelled", Optional.empty(), begun, ended);
                case RunChange.Failed failed ->
                    ended(
                            run,
                            before,
                            decision,
                            "failed",
                            Optional.of(failed.failure().message()),
                            begun,
                            ended);
                case RunChange.Granted _,
                        RunChange.Trained _,
                        RunChange.Uploaded _,
                        RunChange.Dismissed _,
                        RunChange.Committed _,
                        RunChange.SetBack _,
                        RunChange.Placed _,
                        RunChange.Rested _,
                        RunChange.Left _,
                        RunChange.EvaluationOpened _,
                        RunChange.EvaluationClosed _,
                        RunChange.TrainingEnded _ -> {}
            }
        }
    }

    private void ended(
            RunId run,
            RunState before,
            Decision decision,
            String outcome,
            Optional<String> error,
            Instant begun,
            Instant ended) {
        Optional<Charter> charter =
                before instanceof RunState.Active active ? Optional.of(active.charter()) : Optional.empty();
        Span span = start("run.complete", run, charter.flatMap(Charter::traceparent), begun);
        span.setAttribute("finemesh.outcome", outcome);
        totals(decision.state()).ifPresent(totals -> {
            span.setAttribute("finemesh.steps", totals.committedSteps());
            totals.lastCheckpoint()
                    .map(CheckpointId::value)
                    .ifPresent(id -> span.setAttribute("finemesh.checkpoint.id", id));
        });
        error.ifPresent(message -> span.setStatus(StatusCode.ERROR, message));
        span.end(ended);
    }

    private static Optional<RunTotals> totals(RunState state) {
        return switch (state) {
            case RunState.Completed completed -> Optional.of(completed.totals());
            case RunState.Failed failed -> Optional.of(failed.totals());
            case RunState.Cancelled cancelled -> Optional.of(cancelled.totals());
            case RunState.Rejected _, RunState.Active _, RunState.Absent _ -> Optional.empty();
        };
    }

    private Span start(String name, RunId run, Optional<String> submission, Instant begun) {
        SpanBuilder builder = tracer.spanBuilder(name)
                .setNoParent()
                .setStartTimestamp(begun)
                .setAttribute("finemesh.run.id", run.value());
        submission.map(RunSpans::context).filter(SpanContext::isValid).ifPresent(builder::addLink);
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
