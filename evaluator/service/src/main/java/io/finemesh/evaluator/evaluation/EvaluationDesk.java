package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationStarted;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.store.StoreException;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.trace.EvaluationSpans;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/**
 * Takes evaluations one after the other on the one thread that computes.
 *
 * <p>A command is answered exactly as often as it is delivered: its record is acknowledged after the result is said, so a crash at any
 * moment brings the command back; a result that was finished before is said again from the shelf. Every end is an event, none an exception.
 */
public final class EvaluationDesk implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EvaluationDesk.class);

    private final String evaluator;
    private final CheckpointFetcher fetcher;
    private final ResultShelf shelf;
    private final EvaluationSpans spans;
    private final Clock clock;
    private final Limits limits;
    private final BiConsumer<Envelope<EvaluateCheckpoint>, EvaluationEvent> publisher;
    private final ExecutorService computing = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("finemesh-evaluation").factory());

    /**
     * How much is computed at once.
     *
     * @param generationBatch sequences generated together
     * @param tokensPerRow tokens of a packed row
     */
    public record Limits(int generationBatch, int tokensPerRow) {}

    /**
     * @param publisher says an event that a command caused and returns when it is durable
     */
    public EvaluationDesk(
            String evaluator,
            CheckpointFetcher fetcher,
            ResultShelf shelf,
            EvaluationSpans spans,
            Clock clock,
            Limits limits,
            BiConsumer<Envelope<EvaluateCheckpoint>, EvaluationEvent> publisher) {
        this.evaluator = evaluator;
        this.fetcher = fetcher;
        this.shelf = shelf;
        this.spans = spans;
        this.clock = clock;
        this.limits = limits;
        this.publisher = publisher;
    }

    /** Queues a command; completes when its result has been said. */
    public CompletionStage<Void> accept(Envelope<EvaluateCheckpoint> command) {
        return CompletableFuture.runAsync(() -> handle(command), computing);
    }

    private void handle(Envelope<EvaluateCheckpoint> envelope) {
        EvaluateCheckpoint command = envelope.body();
        Optional<EvaluationCompleted> known = shelf.find(command.evaluation());
        if (known.isPresent()) {
            publisher.accept(envelope, known.get());
            return;
        }
        Span span = spans.start(command, envelope.traceparent());
        try {
            publisher.accept(
                    envelope,
                    new EvaluationStarted(command.evaluation(), command.runId(), command.checkpoint(), evaluator));
            EvaluationCompleted result = evaluate(command);
            shelf.keep(result);
            publisher.accept(envelope, result);
            LOG.infof("%s scored: %s", command.checkpoint(), result.scores());
        } catch (EvaluationException refused) {
            fail(envelope, span, refused.failure(), refused);
        } catch (StoreException unreachable) {
            fail(envelope, span, unreachable.failure(), unreachable);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while evaluating " + command.checkpoint(), stopped);
        } catch (OutOfMemoryError exhausted) {
            fail(
                    envelope,
                    span,
                    new Failure(
                            FailureCode.OUT_OF_MEMORY,
                            "out of memory while scoring " + command.checkpoint()
                                    + "; lower finemesh.evaluator.generation-batch or tokens-per-row"),
                    exhausted);
        } catch (RuntimeException unexpected) {
            LOG.errorf(unexpected, "evaluation %s failed unexpectedly", command.evaluation());
            fail(
                    envelope,
                    span,
                    new Failure(FailureCode.INTERNAL, "scoring " + command.checkpoint() + " failed: " + unexpected),
                    unexpected);
        } finally {
            span.end();
        }
    }

    private EvaluationCompleted evaluate(EvaluateCheckpoint command)
            throws StoreException, EvaluationException, InterruptedException {
        Instant start = clock.instant();
        Path dataset = fetcher.blob(command.dataset().blob());
        try (LoadedModel model = LoadedModel.load(
                fetcher, command.checkpoint(), command.specification().precision())) {
            List<TaskScore> scores =
                    new Evaluation(model, command, limits.generationBatch(), limits.tokensPerRow()).run(dataset);
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

    private void fail(Envelope<EvaluateCheckpoint> envelope, Span span, Failure failure, Throwable cause) {
        EvaluateCheckpoint command = envelope.body();
        LOG.warnf("%s could not be scored: %s", command.checkpoint(), failure.message());
        span.recordException(cause);
        span.setStatus(StatusCode.ERROR, failure.message());
        publisher.accept(
                envelope, new EvaluationFailed(command.evaluation(), command.runId(), command.checkpoint(), failure));
    }

    /** Lets the running evaluation go; its command is delivered again to the next life of the evaluator. */
    @Override
    public void close() {
        computing.shutdownNow();
    }
}
