package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationStarted;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.store.StoreException;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.blob.Pause;
import io.finemesh.evaluator.trace.EvaluationSpans;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/**
 * Takes evaluations one after the other on the one thread that computes.
 *
 * <p>A command is answered exactly as often as it is delivered: its record is acknowledged after the result is said, so a crash at any
 * moment brings the command back; a result that was finished before is said again from the shelf. Every end is an event, none an exception.
 * What a run asked for that has ended meanwhile is given up between two pieces of work.
 */
public final class EvaluationDesk implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EvaluationDesk.class);
    private static final int WITHDRAWN_RUNS = 1_000;

    private final String evaluator;
    private final CheckpointFetcher fetcher;
    private final ResultShelf shelf;
    private final EvaluationSpans spans;
    private final Clock clock;
    private final Pause pause;
    private final Limits limits;
    private final BiConsumer<Envelope<EvaluateCheckpoint>, EvaluationEvent> publisher;
    private final ExecutorService computing = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("finemesh-evaluation").factory());

    private volatile Condition condition = Condition.OPENING;
    private volatile Throwable unusable;

    /** Whether a desk can compute. */
    public enum Condition {
        /** What computes is being loaded; commands wait. */
        OPENING,
        /** It computes. */
        OPEN,
        /** What computes cannot be loaded; every command is answered with that failure. */
        UNUSABLE
    }

    /** Runs that ended early. Those of long ago are forgotten: their commands have been answered since. */
    private final Set<RunId> withdrawn = Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RunId, Boolean> eldest) {
            return size() > WITHDRAWN_RUNS;
        }
    }));

    /**
     * How much is computed at once.
     *
     * @param generationBatch sequences generated together
     * @param tokensPerRow tokens of a packed row
     */
    public record Limits(int generationBatch, int tokensPerRow) {}

    /**
     * @param pause before something that could not be said is said again
     * @param publisher says an event that a command caused and returns when it is durable
     */
    public EvaluationDesk(
            String evaluator,
            CheckpointFetcher fetcher,
            ResultShelf shelf,
            EvaluationSpans spans,
            Clock clock,
            Pause pause,
            Limits limits,
            BiConsumer<Envelope<EvaluateCheckpoint>, EvaluationEvent> publisher) {
        this.evaluator = evaluator;
        this.fetcher = fetcher;
        this.shelf = shelf;
        this.spans = spans;
        this.clock = clock;
        this.pause = pause;
        this.limits = limits;
        this.publisher = publisher;
    }

    /**
     * Loads what computes, on the thread that will use it and before any command is looked at; returns at once.
     *
     * @param loading takes seconds; what it throws is the answer to every command
     */
    public void open(Runnable loading) {
        computing.execute(() -> {
            try {
                loading.run();
                condition = Condition.OPEN;
            } catch (RuntimeException | Error failed) {
                LOG.error("the native libraries cannot be used, so nothing can be scored here", failed);
                unusable = failed;
                condition = Condition.UNUSABLE;
            }
        });
    }

    /** Whether it can compute. */
    public Condition condition() {
        return condition;
    }

    /** Why it is {@link Condition#UNUSABLE}. */
    public Optional<Throwable> unusable() {
        return Optional.ofNullable(unusable);
    }

    /**
     * Queues a command; completes when its result has been said. When the desk is closed first it never completes: the record stays
     * unacknowledged and the command is delivered again.
     */
    public CompletionStage<Void> accept(Envelope<EvaluateCheckpoint> command) {
        CompletableFuture<Void> said = new CompletableFuture<>();
        try {
            computing.execute(() -> {
                try {
                    handle(command);
                    said.complete(null);
                } catch (InterruptedException stopped) {
                    LOG.infof(
                            "stopped before %s had a score; it is asked for again",
                            command.body().checkpoint());
                } catch (RuntimeException | Error unforeseen) {
                    said.completeExceptionally(unforeseen);
                    throw unforeseen;
                }
            });
        } catch (RejectedExecutionException stopping) {
            LOG.debugf(
                    "the evaluator stops; %s is asked for again", command.body().checkpoint());
        }
        return said;
    }

    /** Gives up what a run asked for: it has ended, and nobody waits for its scores. */
    public void withdraw(RunId run) {
        withdrawn.add(run);
    }

    private void handle(Envelope<EvaluateCheckpoint> envelope) throws InterruptedException {
        EvaluateCheckpoint command = envelope.body();
        Optional<EvaluationCompleted> known = shelf.find(command.evaluation());
        if (known.isPresent()) {
            say(envelope, known.get());
            return;
        }
        Span span = spans.start(command, envelope.traceparent());
        try {
            say(envelope, answer(envelope, span));
        } finally {
            span.end();
        }
    }

    private EvaluationEvent answer(Envelope<EvaluateCheckpoint> envelope, Span span) throws InterruptedException {
        EvaluateCheckpoint command = envelope.body();
        try {
            requireWanted(command);
            requireUsable();
            say(
                    envelope,
                    new EvaluationStarted(command.evaluation(), command.runId(), command.checkpoint(), evaluator));
            EvaluationCompleted result = evaluate(command);
            shelf.keep(result);
            LOG.infof("%s scored: %s", command.checkpoint(), result.scores());
            return result;
        } catch (EvaluationException | StoreException | IOException | RuntimeException | Error reason) {
            // Errors too: whoever asked waits for an answer, and a missing library or a deep stack is one evaluation's
            // end.
            Failure failure = EvaluationFailures.of(reason);
            if (failure.code() == FailureCode.INTERNAL) {
                LOG.errorf(reason, "evaluation %s failed unexpectedly", command.evaluation());
            } else {
                LOG.warnf("%s could not be scored: %s", command.checkpoint(), failure.message());
            }
            span.recordException(reason);
            span.setStatus(StatusCode.ERROR, failure.message());
            return new EvaluationFailed(command.evaluation(), command.runId(), command.checkpoint(), failure);
        }
    }

    private EvaluationCompleted evaluate(EvaluateCheckpoint command)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        Instant start = clock.instant();
        Path dataset = dataset(command.dataset());
        try (LoadedModel model = LoadedModel.load(
                fetcher,
                command.checkpoint(),
                command.specification().precision(),
                command.specification().template())) {
            Evaluation evaluation = new Evaluation(
                    model, command, limits.generationBatch(), limits.tokensPerRow(), () -> requireWanted(command));
            List<TaskScore> scores = evaluation.run(dataset);
            return new EvaluationCompleted(
                    command.evaluation(),
                    command.runId(),
                    command.checkpoint(),
                    command.afterSteps(),
                    model.weightsDigest(),
                    scores,
                    Duration.between(start, clock.instant()).toMillis());
        }
    }

    private Path dataset(ResolvedDataset dataset)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        try {
            return fetcher.blob(dataset.blob().digest().value(), dataset.blob().sizeBytes());
        } catch (StoreException answered) {
            if (answered.isMissing()) {
                throw new EvaluationException(
                        FailureCode.DATASET_NOT_USABLE,
                        "the rows of data set " + dataset.version() + " are not in the checkpoint store",
                        answered);
            }
            throw answered;
        }
    }

    private void requireUsable() throws EvaluationException {
        Throwable reason = unusable;
        if (reason != null) {
            throw new EvaluationException(
                    FailureCode.INTERNAL,
                    "evaluator " + evaluator + " cannot load its native libraries: " + reason
                            + "; its log has where it came from",
                    reason);
        }
    }

    private void requireWanted(EvaluateCheckpoint command) throws EvaluationException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("the evaluator stops");
        }
        if (withdrawn.contains(command.runId())) {
            throw new EvaluationException(
                    FailureCode.EVALUATION_WITHDRAWN,
                    "run " + command.runId() + " ended before " + command.checkpoint() + " was scored");
        }
    }

    /** A result is worth hours: it is said until the broker has it. */
    private void say(Envelope<EvaluateCheckpoint> envelope, EvaluationEvent event) throws InterruptedException {
        for (Duration rest = Pause.FIRST; ; rest = Pause.after(rest)) {
            try {
                publisher.accept(envelope, event);
                return;
            } catch (RuntimeException away) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("the evaluator stops");
                }
                LOG.warnf(
                        "what became of %s cannot be said yet, trying again in %d ms: %s",
                        event.evaluation(), rest.toMillis(), away.getMessage());
                pause.rest(rest);
            }
        }
    }

    /** Whether the running evaluation has been let go after {@link #close}. */
    public boolean isClosed() {
        return computing.isTerminated();
    }

    /** Lets the running evaluation go; its command is delivered again to the next life of the evaluator. */
    @Override
    public void close() {
        computing.shutdownNow();
    }
}
