package io.finemesh.gateway.submission;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.gateway.admission.Admission;
import io.finemesh.gateway.admission.Draft;
import io.finemesh.gateway.admission.FieldProblem;
import io.finemesh.gateway.admission.NamedReferences;
import io.finemesh.gateway.admission.References;
import io.finemesh.gateway.admission.SpecificationReader;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.messaging.BrokerUnavailableException;
import io.finemesh.gateway.messaging.CommandPublisher;
import io.finemesh.gateway.problem.ProblemDetail;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.submission.ReferenceResolution.Resolution;
import io.finemesh.gateway.view.RunView;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * Makes a run of a document, or says everything that is wrong with it.
 *
 * <ol>
 *   <li>The document is read field by field; the names it holds are resolved even where other fields are wrong, so that one answer names
 *       all errors.
 *   <li>With an idempotency key, a run that is known under it is the answer: the same specification again sends nothing, another one is
 *       refused.
 *   <li>The command is sent and confirmed by the broker. Only then the run exists; when confirmation does not come it may exist, and
 *       sending the same key again finds out.
 * </ol>
 */
@ApplicationScoped
public class RunSubmission {
    private static final String SOURCE = "/gateway";
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final ReferenceResolution references;
    private final CommandPublisher commands;
    private final Board board;
    private final RunIds ids;
    private final SubmissionTrace trace;
    private final Clock clock;
    private final MeterRegistry meters;
    /** Requests with one key wait for each other; a few locks shared by all keys are enough. */
    private final List<Lock> locks =
            IntStream.range(0, 64).<Lock>mapToObj(_ -> new ReentrantLock()).toList();

    /** Wires the steps. */
    public RunSubmission(
            ReferenceResolution references,
            CommandPublisher commands,
            Board board,
            RunIds ids,
            SubmissionTrace trace,
            Clock clock,
            MeterRegistry meters) {
        this.references = references;
        this.commands = commands;
        this.board = board;
        this.ids = ids;
        this.trace = trace;
        this.clock = clock;
        this.meters = meters;
    }

    /**
     * Submits a run.
     *
     * @param document the specification
     * @param idempotencyKey what makes two requests the same one
     * @param traceparent the caller's trace context, used where tracing is off here
     * @throws ProblemException with every wrong field, or when store or broker do not answer
     */
    public Submitted submit(Document document, Optional<String> idempotencyKey, Optional<String> traceparent) {
        Draft draft =
                switch (SpecificationReader.read(document)) {
                    case Admission.Admitted admitted -> admitted.draft();
                    case Admission.Refused refused -> throw refused(refused);
                };
        if (idempotencyKey.isEmpty()) {
            return create(ids.next(), draft, traceparent);
        }
        RunId run = ids.of(idempotencyKey.get());
        Lock lock = locks.get(Math.floorMod(run.hashCode(), locks.size()));
        lock.lock();
        try {
            return replay(run, draft).orElseGet(() -> create(run, draft, traceparent));
        } finally {
            lock.unlock();
        }
    }

    private ProblemException refused(Admission.Refused refused) {
        List<FieldProblem> problems = new ArrayList<>(refused.problems());
        try {
            problems.addAll(references.resolve(refused.references()).problems());
        } catch (ProblemException storeAway) {
            // The specification is wrong whatever the store would say; its own errors are the better answer.
        }
        return invalid(problems);
    }

    private ProblemException invalid(List<FieldProblem> problems) {
        count("refused");
        String detail = problems.size() == 1
                ? problems.getFirst().message()
                : problems.size() + " fields are wrong; see errors";
        return ProblemException.of(
                ProblemType.INVALID_SPECIFICATION,
                detail,
                problems.stream().map(ProblemDetail::of).toList());
    }

    /** The run that already has this identity, if there is one. */
    private Optional<Submitted> replay(RunId run, Draft draft) {
        return board.read(mesh -> mesh.run(run).map(known -> same(known, draft)))
                .map(same -> {
                    if (!same) {
                        count("conflict");
                        throw ProblemException.of(
                                ProblemType.IDEMPOTENCY_CONFLICT,
                                "the idempotency key was used for " + run
                                        + " with another specification; use a new key for a new run");
                    }
                    count("replayed");
                    return new Submitted(run, draft.specification().name(), true);
                });
    }

    /** A run whose specification is no longer on any topic cannot be compared, and counts as the same. */
    private static boolean same(RunView known, Draft draft) {
        return known.specification().isEmpty()
                || known.dataset().isEmpty()
                || draft.finished(known.dataset().get().samples())
                        .equals(known.specification().get());
    }

    private Submitted create(RunId run, Draft draft, Optional<String> traceparent) {
        String name = draft.specification().name();
        Span span = trace.begin(run, name);
        try {
            SubmitRun command = command(run, draft);
            commands.send(Envelope.starting(
                    RunIds.submissionOf(run),
                    SOURCE,
                    run.value(),
                    clock.instant(),
                    trace.traceparent(span, traceparent),
                    command));
            count("accepted");
            return new Submitted(run, name, false);
        } catch (BrokerUnavailableException lost) {
            span.setStatus(StatusCode.ERROR, lost.getMessage());
            count("unavailable");
            throw ProblemException.later(
                    ProblemType.KAFKA_UNAVAILABLE,
                    lost.getMessage()
                            + "; try again in a few seconds, with an Idempotency-Key so that the run cannot be made twice",
                    RETRY_AFTER,
                    lost);
        } catch (ProblemException refused) {
            span.setStatus(StatusCode.ERROR, refused.getMessage());
            throw refused;
        } finally {
            span.end();
        }
    }

    private SubmitRun command(RunId run, Draft draft) {
        RunSpecification given = draft.specification();
        Resolution resolution = references.resolve(NamedReferences.of(given));
        List<FieldProblem> problems = new ArrayList<>(resolution.problems());
        resolution
                .model()
                .map(model -> ReferenceResolution.check(given.method(), model))
                .ifPresent(problems::addAll);
        if (given.template() == PromptTemplate.CHAT
                && resolution.chatTemplate().filter(has -> !has).isPresent()) {
            problems.add(References.noChatTemplate(given.model()));
        }
        if (!problems.isEmpty()) {
            throw invalid(problems);
        }
        RunSpecification specification =
                draft.finished(resolution.dataset().orElseThrow().samples());
        return new SubmitRun(
                run,
                specification,
                resolution.model().orElseThrow(),
                resolution.dataset().orElseThrow(),
                resolution.evaluationDataset(),
                Optional.empty(),
                resolution.evaluation());
    }

    private void count(String outcome) {
        meters.counter("finemesh.gateway.submissions", "outcome", outcome).increment();
    }
}
