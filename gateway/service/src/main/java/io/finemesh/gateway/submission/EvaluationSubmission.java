package io.finemesh.gateway.submission;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.contract.evaluation.CancelEvaluation;
import io.finemesh.contract.evaluation.EvaluationRequest;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.evaluation.RequestEvaluation;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.JudgeSpecification;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.admission.EvaluationDraft;
import io.finemesh.gateway.admission.EvaluationReader;
import io.finemesh.gateway.admission.FieldProblem;
import io.finemesh.gateway.admission.References;
import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.messaging.BrokerUnavailableException;
import io.finemesh.gateway.messaging.CommandPublisher;
import io.finemesh.gateway.problem.ProblemDetail;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.view.Source;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Makes an evaluation of a document, or says everything that is wrong with it. The same idempotency key is the same evaluation, answered from the first result. */
@ApplicationScoped
public class EvaluationSubmission {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final ReferenceResolution references;
    private final CommandPublisher commands;
    private final Clock clock;
    private final RandomGenerator random;

    /** Wires the steps. */
    public EvaluationSubmission(
            ReferenceResolution references, CommandPublisher commands, Clock clock, RandomGenerator random) {
        this.references = references;
        this.commands = commands;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Asks for an evaluation.
     *
     * @throws ProblemException with every wrong field, or when store or broker do not answer
     */
    public EvaluationId submit(Document document, Optional<String> idempotencyKey, Optional<String> traceparent) {
        EvaluationDraft draft =
                switch (EvaluationReader.read(document)) {
                    case EvaluationReader.Verdict.Readable readable -> readable.draft();
                    case EvaluationReader.Verdict.Refused refused -> throw invalid(refused.problems());
                };
        EvaluationWork work = work(draft);
        EvaluationId id = new EvaluationId("ev-"
                + idempotencyKey
                        .map(key -> UUID.nameUUIDFromBytes(("finemesh evaluation by key\0" + key).getBytes(UTF_8)))
                        .orElseGet(() -> new UUID(random.nextLong(), random.nextLong())));
        send(
                new EventId(id.value()),
                new RequestEvaluation(id, work),
                traceparent,
                "; try again in a few seconds, with an Idempotency-Key so that nothing is asked twice");
        return id;
    }

    /** Takes an evaluation back. Doing so twice is harmless. */
    public void cancel(EvaluationId evaluation, String reason, Optional<String> traceparent) {
        send(
                EventId.derived(new EventId(evaluation.value()), "cancel", 0),
                new CancelEvaluation(evaluation, reason),
                traceparent,
                "; try again in a few seconds, cancelling twice is harmless");
    }

    private void send(EventId id, EvaluationRequest request, Optional<String> traceparent, String advice) {
        try {
            commands.send(
                    Topics.EVALUATION_REQUESTS,
                    Source.REQUESTS,
                    Envelope.starting(
                            id, "/gateway", request.evaluation().value(), clock.instant(), traceparent, request));
        } catch (BrokerUnavailableException lost) {
            throw ProblemException.later(ProblemType.KAFKA_UNAVAILABLE, lost.getMessage() + advice, RETRY_AFTER, lost);
        }
    }

    private EvaluationWork work(EvaluationDraft draft) {
        List<FieldProblem> problems = new ArrayList<>();
        Optional<CheckpointId> checkpoint = references.checkpoint("/checkpoint", draft.checkpoint(), problems);
        Optional<CheckpointId> base =
                draft.against().flatMap(name -> references.checkpoint("/against", name, problems));
        if (checkpoint.isPresent()
                && base.equals(checkpoint)
                && draft.tasks().stream().anyMatch(task -> task.task() == EvaluationTask.MT_BENCH_PAIRWISE)) {
            problems.add(References.itself("/against", draft.against().orElseThrow(), checkpoint.get()));
        }
        Optional<CheckpointId> judging = draft.judge()
                .flatMap(JudgeSpecification::checkpoint)
                .flatMap(name -> references.checkpoint("/judge/checkpoint", name, problems));
        Map<String, ResolvedDataset> datasets = new TreeMap<>();
        draft.datasets().forEach((name, pointer) -> references
                .dataset(pointer, name, draft.readsConversationsOf(name), problems)
                .ifPresent(dataset -> datasets.put(name, dataset)));
        if (!problems.isEmpty()) {
            throw invalid(problems);
        }
        return new EvaluationWork(
                checkpoint.orElseThrow(),
                0,
                draft.dataset().map(datasets::get),
                datasets,
                draft.tasks(),
                draft.settings(),
                base,
                draft.judge().map(judge -> JudgeSettings.of(judge, judging, datasets)));
    }

    private static ProblemException invalid(List<FieldProblem> problems) {
        String detail = problems.size() == 1
                ? problems.getFirst().message()
                : problems.size() + " fields are wrong; see errors";
        return ProblemException.of(
                ProblemType.INVALID_EVALUATION,
                detail,
                problems.stream().map(ProblemDetail::of).toList());
    }
}
