package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.RequestEvaluation;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.wire.Envelope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An evaluation that somebody asks for, as the gateway would. */
final class OnDemand {
    private OnDemand() {}

    /**
     * Asks and waits for the end.
     *
     * @param said what desks say, the end among it
     */
    static EvaluationEvent ended(EvaluationDesk desk, List<EvaluationEvent> said, String id, EvaluationWork work)
            throws Exception {
        RequestEvaluation request = new RequestEvaluation(new EvaluationId("ev-" + id), work);
        desk.accept(
                        Envelope.starting(
                                new EventId("command-" + id),
                                "/gateway",
                                request.evaluation().value(),
                                Instant.EPOCH,
                                Optional.empty(),
                                request),
                        EvaluationJob.of(request))
                .toCompletableFuture()
                .get();
        return List.copyOf(said).reversed().stream()
                .filter(event -> event instanceof EvaluationCompleted || event instanceof EvaluationFailed)
                .findFirst()
                .orElseThrow();
    }
}
