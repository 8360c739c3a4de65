package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.RangeScored;
import io.finemesh.contract.evaluation.ScoreRange;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.StoreException;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.engine.data.LongSamples;
import io.finemesh.evaluator.answer.AnswerJournal;
import io.finemesh.evaluator.answer.AnswerLines;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.answer.EngineAnswerer;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.IntStream;

/**
 * Answers ranges of questions, one after the other, on the compute thread. The model of the last range stays in memory for the next one.
 *
 * <ol>
 *   <li>What the journal holds of the range is not computed again.
 *   <li>Each piece is on disk before the next one is begun.
 *   <li>The whole range goes to object storage under its digest; when that is known the journal is dropped. A crash between any two leaves the journal.
 * </ol>
 */
final class RangeWork implements AutoCloseable {

    private final String evaluator;
    private final CheckpointFetcher fetcher;
    private final JobPlanner planner;
    private final Wanted wanted;
    private final Path journals;
    private final OpenRange open;
    private final EvaluationDesk.Limits limits;
    private final Clock clock;
    private final RemoteAnswers remote;
    private final ChangeWork updates;

    private Optional<Held> held = Optional.empty();
    private Optional<Prepared> prepared = Optional.empty();

    private record Held(CheckpointId checkpoint, Precision precision, PromptTemplate template, LoadedModel model) {}

    private record Prepared(EvaluationWork work, int task, Measurement measurement) {}

    RangeWork(
            String evaluator,
            CheckpointFetcher fetcher,
            JobPlanner planner,
            Wanted wanted,
            Path journals,
            OpenRange open,
            EvaluationDesk.Limits limits,
            Clock clock,
            RemoteAnswers remote) {
        this.evaluator = evaluator;
        this.fetcher = fetcher;
        this.planner = planner;
        this.wanted = wanted;
        this.journals = journals;
        this.open = open;
        this.limits = limits;
        this.clock = clock;
        this.remote = remote;
        this.updates = new ChangeWork(fetcher);
    }

    /** Answers a range; the answers are in object storage when this returns. */
    RangeScored score(Envelope<ScoreRange> envelope)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        ScoreRange range = envelope.body();
        Instant start = clock.instant();
        EvaluationWork work = range.work();
        Measurement measurement = measurement(work, range.task());
        BlobDigest key = planner.key(work, measurement, range.from(), Math.min(range.to(), measurement.size()));
        if (!key.equals(range.key())) {
            throw new EvaluationException(
                    FailureCode.INTERNAL,
                    "evaluator " + evaluator + " understands questions " + range.from() + " to " + range.to() + " of "
                            + measurement.name()
                            + " otherwise than the one that leads the evaluation; do they have the same version?");
        }
        BlobReference answers;
        try (AnswerJournal journal = AnswerJournal.open(journal(key))) {
            SortedMap<Integer, Answer> known = journal.answers();
            List<Integer> open = IntStream.range(range.from(), range.to())
                    .filter(question -> !known.containsKey(question) || known.get(question) instanceof Answer.Unrated)
                    .boxed()
                    .toList();
            if (!open.isEmpty()) {
                answer(envelope, measurement, open, known, piece -> {
                    keep(journal, piece);
                    wanted.require(range.evaluation(), range.runId());
                });
            }
            answers = fetcher.put(AnswerLines.encode(journal.answers()));
        }
        return new RangeScored(
                range.evaluation(),
                range.runId(),
                work.checkpoint(),
                measurement.name(),
                range.from(),
                range.to(),
                measurement.size(),
                key,
                answers,
                evaluator,
                Duration.between(start, clock.instant()).toMillis());
    }

    /** What is said of a range that was answered before. */
    RangeScored again(ScoreRange range, BlobReference answers)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        Measurement measurement = measurement(range.work(), range.task());
        return new RangeScored(
                range.evaluation(),
                range.runId(),
                range.work().checkpoint(),
                measurement.name(),
                range.from(),
                range.to(),
                measurement.size(),
                range.key(),
                answers,
                evaluator,
                0);
    }

    /** Forgets what is kept of a range on the way to its answers: they are in object storage, and it is known where. */
    void drop(BlobDigest key) throws IOException {
        Files.deleteIfExists(journal(key));
        open.drop(key);
    }

    private Path journal(BlobDigest key) {
        return journals.resolve(key.value() + ".jsonl");
    }

    private static void keep(AnswerJournal journal, SortedMap<Integer, Answer> piece) throws EvaluationException {
        try {
            journal.append(piece);
        } catch (IOException full) {
            throw new EvaluationException(
                    FailureCode.STORAGE_FULL, "answers cannot be kept on disk: " + full.getMessage(), full);
        }
    }

    private void answer(
            Envelope<ScoreRange> range,
            Measurement measurement,
            List<Integer> questions,
            SortedMap<Integer, Answer> known,
            Answerer.Pieces<EvaluationException> pieces)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        EvaluationWork work = range.body().work();
        if (measurement instanceof Measurement.Changes changes) {
            updates.answer(changes, questions, pieces);
            return;
        }
        try {
            if (measurement instanceof Measurement.Open asked) {
                open.answer(range, asked, questions, known, () -> scored(work), pieces);
                return;
            }
            answerer(work).answer(measurement, questions, pieces);
        } catch (IllegalArgumentException | ArithmeticException refused) {
            throw new EvaluationException(FailureCode.MODEL_NOT_USABLE, refused.getMessage(), refused);
        }
    }

    private Answerer answerer(EvaluationWork work)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        if (work.settings().remote().isPresent()) {
            return remote.of(work.settings().remote().get());
        }
        LoadedModel model = scored(work);
        return new EngineAnswerer(
                model.decoder(),
                model.tokenizer(),
                model.prompts(),
                work.settings().cutoffTokens(),
                longSamples(work),
                limits.generationBatch(),
                limits.tokensPerRow());
    }

    private static LongSamples longSamples(EvaluationWork work) {
        return work.settings()
                .longSamples()
                .map(rule -> switch (rule) {
                    case TRUNCATE -> LongSamples.TRUNCATE;
                    case SHARE -> LongSamples.SHARE;
                    case DROP -> LongSamples.DROP;
                })
                .orElse(LongSamples.TRUNCATE);
    }

    private LoadedModel scored(EvaluationWork work)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        return model(
                work.checkpoint(), work.settings().precision(), work.settings().template());
    }

    private LoadedModel model(CheckpointId checkpoint, Precision precision, PromptTemplate template)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        if (held.isPresent()
                && held.get().checkpoint().equals(checkpoint)
                && held.get().precision() == precision
                && held.get().template() == template) {
            return held.get().model();
        }
        close();
        LoadedModel model = LoadedModel.load(fetcher, checkpoint, precision, template);
        held = Optional.of(new Held(checkpoint, precision, template, model));
        return model;
    }

    private Measurement measurement(EvaluationWork work, int task)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        if (prepared.isEmpty()
                || prepared.get().task() != task
                || !prepared.get().work().equals(work)) {
            prepared = Optional.of(new Prepared(work, task, planner.measurement(work, task)));
        }
        return prepared.get().measurement();
    }

    /** Frees what is held for a next range that does not come. */
    @Override
    public void close() {
        held.ifPresent(one -> one.model().close());
        held = Optional.empty();
        prepared = Optional.empty();
    }
}
