package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationStarted;
import io.finemesh.contract.evaluation.JudgeSpending;
import io.finemesh.contract.evaluation.RangeFailed;
import io.finemesh.contract.evaluation.RangeScored;
import io.finemesh.contract.evaluation.ScoreRange;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.StoreException;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.pause.Pause;
import io.finemesh.evaluator.trace.EvaluationSpans;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Leads evaluations, each on a thread of its own, and answers ranges of questions one after the other on the one thread that computes.
 *
 * <p>A command is answered exactly as often as it is delivered: its record is acknowledged after the result is said, so a crash at any
 * moment brings the command back; a result that was finished before is said again from the shelf. The same holds for a range. Every end is an event, none an exception.
 * What a run asked for that has ended meanwhile, and what somebody took back, is given up between two pieces of work.
 */
public final class EvaluationDesk implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EvaluationDesk.class);

    private final String evaluator;
    private final ResultShelf shelf;
    private final RangeShelf ranges;
    private final EvaluationSpans spans;
    private final PatientVoice voice;
    private final Wanted wanted;
    private final SpendingShelf spendings;
    private final EvaluationLead lead;
    private final RangeWork work;
    private final ThreadPoolExecutor computing = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("finemesh-evaluation").factory());
    private final ExecutorService leading = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("finemesh-lead-", 0).factory());

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

    /**
     * How much is computed at once.
     *
     * @param generationBatch sequences generated together
     * @param tokensPerRow tokens of a packed row
     * @param rangeSamples questions of a range, the unit in which an evaluation is spread over evaluators
     */
    public record Limits(int generationBatch, int tokensPerRow, int rangeSamples) {}

    /**
     * @param directory what is kept over restarts
     * @param pause before something that could not be said is said again
     * @param voice how it is heard
     * @param remote who answers in the engine's place
     */
    public EvaluationDesk(
            String evaluator,
            CheckpointFetcher fetcher,
            Path directory,
            EvaluationSpans spans,
            Clock clock,
            Pause pause,
            Limits limits,
            Voice voice,
            RemoteAnswers remote)
            throws IOException {
        this.evaluator = evaluator;
        this.shelf = new ResultShelf(directory.resolve("results"));
        this.ranges = new RangeShelf(directory.resolve("ranges"));
        this.wanted = new Wanted(directory.resolve("cancelled"));
        this.spendings = new SpendingShelf(directory.resolve("spendings"));
        this.spans = spans;
        this.voice = new PatientVoice(voice, pause);
        JobPlanner planner = new JobPlanner(fetcher, limits.rangeSamples());
        this.lead = new EvaluationLead(
                fetcher,
                planner,
                ranges,
                new TaskMerger(fetcher, ranges, new ResultsWriter(clock, limits.generationBatch())),
                this.voice,
                wanted,
                remote.ceiling(),
                clock);
        OpenRange open = new OpenRange(
                evaluator,
                fetcher,
                wanted,
                directory.resolve("spent"),
                this.voice,
                spendings,
                limits.generationBatch(),
                remote);
        this.work = new RangeWork(
                evaluator, fetcher, planner, wanted, directory.resolve("journals"), open, limits, clock, remote);
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

    /** Work that may be stopped. */
    private interface Work {
        void run() throws InterruptedException;
    }

    /**
     * Leads an evaluation; completes when its result has been said. When the desk is closed first it never completes: the record stays
     * unacknowledged and the command is delivered again.
     */
    public CompletionStage<Void> accept(Envelope<?> cause, EvaluationJob job) {
        return queue(leading, () -> lead(cause, job), "evaluation " + job.evaluation());
    }

    /** Answers a range of questions; completes when that has been said, or never, as {@link #accept}. */
    public CompletionStage<Void> score(Envelope<ScoreRange> range) {
        return queue(computing, () -> answer(range), "range " + range.body().key());
    }

    private static CompletionStage<Void> queue(ExecutorService executor, Work work, String what) {
        CompletableFuture<Void> said = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    work.run();
                    said.complete(null);
                } catch (InterruptedException stopped) {
                    LOG.infof("stopped before %s had its answer; it is asked for again", what);
                } catch (RuntimeException | Error unforeseen) {
                    said.completeExceptionally(unforeseen);
                    throw unforeseen;
                }
            });
        } catch (RejectedExecutionException stopping) {
            LOG.debugf("the evaluator stops; %s is asked for again", what);
        }
        return said;
    }

    /** Gives up what a run asked for: it has ended, and nobody waits for its scores. */
    public void withdraw(RunId run) {
        wanted.withdraw(run);
        wake();
    }

    /** Gives up an evaluation that was taken back, for good. */
    public void cancel(EvaluationId evaluation, String reason) {
        wanted.cancel(evaluation, reason);
        wake();
    }

    private void wake() {
        ranges.wake();
        spendings.wake();
    }

    /** What any evaluator said: ranges that are answered need not be answered here. */
    public void hear(EvaluationEvent event) {
        switch (event) {
            case RangeScored scored -> ranges.scored(scored);
            case RangeFailed failed -> ranges.failed(failed.evaluation(), failed.failure());
            case JudgeSpending spending -> spendings.heard(spending);
            case EvaluationCompleted completed -> spendings.ended(completed.evaluation());
            // What a failed one spent stays known: its command may come again after a crash.
            case EvaluationStarted _, EvaluationFailed _ -> {}
        }
    }

    private void lead(Envelope<?> cause, EvaluationJob job) throws InterruptedException {
        Optional<EvaluationCompleted> known = shelf.find(job.evaluation());
        if (known.isPresent()) {
            voice.say(cause, known.get());
            return;
        }
        Span span = spans.start(job.evaluation(), job.run(), job.work(), cause.traceparent());
        try {
            voice.say(cause, result(cause, job, span));
        } finally {
            span.end();
        }
    }

    private EvaluationEvent result(Envelope<?> cause, EvaluationJob job, Span span) throws InterruptedException {
        try {
            wanted.require(job.evaluation(), job.run());
            awaitOpening();
            requireUsable();
            voice.say(
                    cause,
                    new EvaluationStarted(
                            job.evaluation(), job.run(), job.work().checkpoint(), evaluator));
            EvaluationCompleted result = lead.lead(cause, job);
            shelf.keep(result);
            LOG.infof(
                    "%s scored: %d figures",
                    result.checkpoint(), result.scores().size());
            return result;
        } catch (EvaluationException | StoreException | IOException | RuntimeException | Error reason) {
            // Errors too: whoever asked waits for an answer, and a missing library or a deep stack is one evaluation's
            // end.
            requireRunning();
            Failure failure = failure(reason, "evaluation " + job.evaluation());
            span.recordException(reason);
            span.setStatus(StatusCode.ERROR, failure.message());
            return new EvaluationFailed(job.evaluation(), job.run(), job.work().checkpoint(), failure);
        }
    }

    private void answer(Envelope<ScoreRange> envelope) throws InterruptedException {
        ScoreRange range = envelope.body();
        if (!wanted.isWanted(range.evaluation(), range.runId())) {
            // Whoever leads the evaluation says that it has ended.
            return;
        }
        EvaluationEvent event;
        try {
            requireUsable();
            Optional<BlobReference> known = ranges.find(range.key());
            RangeScored scored = known.isPresent() ? work.again(range, known.get()) : work.score(envelope);
            ranges.scored(scored);
            work.drop(range.key());
            event = scored;
        } catch (EvaluationException | StoreException | IOException | RuntimeException | Error reason) {
            requireRunning();
            Failure failure = failure(reason, "a range of evaluation " + range.evaluation());
            event = new RangeFailed(
                    range.evaluation(), range.runId(), range.work().checkpoint(), range.key(), evaluator, failure);
            ranges.failed(range.evaluation(), failure);
        } finally {
            if (computing.getQueue().isEmpty()) {
                work.close();
            }
        }
        voice.say(envelope, event);
    }

    /** What fails because the evaluator stops has not failed: it is asked for again. */
    private static void requireRunning() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("the evaluator stops");
        }
    }

    private static Failure failure(Throwable reason, String what) {
        Failure failure = EvaluationFailures.of(reason);
        if (failure.code() == FailureCode.INTERNAL) {
            LOG.errorf(reason, "%s failed unexpectedly", what);
        } else {
            LOG.warnf("%s has no score: %s", what, failure.message());
        }
        return failure;
    }

    /** Returns when the compute thread has nothing before it that was there when this was called: it has then tried to load what computes. */
    private void awaitOpening() throws InterruptedException {
        if (condition != Condition.OPENING) {
            return;
        }
        try {
            computing.submit(() -> {}).get();
        } catch (ExecutionException | RejectedExecutionException stopping) {
            throw new InterruptedException("the evaluator stops");
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

    /** Whether everything has been let go after {@link #close}. */
    public boolean isClosed() {
        return computing.isTerminated() && leading.isTerminated();
    }

    /** Lets what is running go; it is asked for again in the next life of the evaluator. */
    @Override
    public void close() {
        leading.shutdownNow();
        computing.shutdownNow();
    }
}
