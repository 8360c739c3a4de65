package io.finemesh.evaluator.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.evaluation.ScoreRange;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.StoreException;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.answer.EngineTurns;
import io.finemesh.evaluator.answer.TurnWriter;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.judge.CheckpointJudge;
import io.finemesh.evaluator.judge.Judge;
import io.finemesh.evaluator.judge.ReplayJudge;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Brings together who answers a range of open questions, who rates the answers, and what that may cost. */
final class OpenRange {
    private static final Logger LOG = Logger.getLogger(OpenRange.class);
    /** Requests to a remote judge that are under way at once. */
    private static final int JUDGED_TOGETHER = 4;

    private final String evaluator;
    private final CheckpointFetcher fetcher;
    private final Wanted wanted;
    private final Path spent;
    private final PatientVoice voice;
    private final SpendingShelf spendings;
    private final int generationBatch;
    private final RemoteAnswers remote;

    /**
     * @param spent folder of what this evaluator spends on judges
     * @param spendings what others say that they spend
     * @param generationBatch questions that the engine answers together
     */
    OpenRange(
            String evaluator,
            CheckpointFetcher fetcher,
            Wanted wanted,
            Path spent,
            PatientVoice voice,
            SpendingShelf spendings,
            int generationBatch,
            RemoteAnswers remote) {
        this.evaluator = evaluator;
        this.fetcher = fetcher;
        this.wanted = wanted;
        this.spent = spent;
        this.voice = voice;
        this.spendings = spendings;
        this.generationBatch = generationBatch;
        this.remote = remote;
    }

    /** The checkpoint that is scored, in memory. */
    interface Scored {
        LoadedModel load() throws StoreException, EvaluationException, IOException, InterruptedException;
    }

    /** @param scored asked only where the engine answers */
    void answer(
            Envelope<ScoreRange> range,
            Measurement.Open open,
            List<Integer> questions,
            SortedMap<Integer, Answer> known,
            Scored scored,
            Answerer.Pieces<EvaluationException> pieces)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        EvaluationWork work = range.body().work();
        TurnWriter writer = work.settings().remote().isPresent()
                ? remote.turns(work.settings().remote().get())
                : engine(scored.load());
        if (open.opponent().isEmpty()) {
            rated(range, open, questions, known, new Contest(writer, Optional.empty()), pieces);
            return;
        }
        // Both are in memory at once: each piece is written by both before it is rated.
        try (LoadedModel other = LoadedModel.load(
                fetcher,
                open.opponent().get().checkpoint(),
                work.settings().precision(),
                work.settings().template())) {
            rated(range, open, questions, known, new Contest(writer, Optional.of(engine(other))), pieces);
        }
    }

    /**
     * Who answers.
     *
     * @param writer for the checkpoint that is scored
     * @param other for the one it is compared with
     */
    record Contest(TurnWriter writer, Optional<TurnWriter> other) {}

    private void rated(
            Envelope<ScoreRange> range,
            Measurement.Open open,
            List<Integer> questions,
            SortedMap<Integer, Answer> known,
            Contest contest,
            Answerer.Pieces<EvaluationException> pieces)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        EvaluationWork work = range.body().work();
        if (open.judge().remote().isPresent()) {
            try (JudgeAccount account = account(range)) {
                judged(account, open.judge().remote().get(), judge -> new OpenWork(contest, judge, JUDGED_TOGETHER)
                        .answer(open, questions, known, pieces));
            }
            return;
        }
        if (open.judge().recorded().isPresent()) {
            new OpenWork(contest, new ReplayJudge(open.judge().name(), open.recorded()), 1)
                    .answer(open, questions, known, pieces);
            return;
        }
        CheckpointId judging = open.judge()
                .checkpoint()
                .orElseThrow(() -> new EvaluationException(
                        FailureCode.INVALID_SPECIFICATION,
                        "the judge is neither a checkpoint, nor a remote model, nor judgments that were made before"));
        // Both are in memory at once: the judge rates each piece when it is written.
        try (LoadedModel judge = LoadedModel.load(
                fetcher, judging, work.settings().precision(), work.settings().template())) {
            new OpenWork(
                            contest,
                            new CheckpointJudge(judging.value(), judge.decoder(), judge.tokenizer(), judge.prompts()),
                            1)
                    .answer(open, questions, known, pieces);
        }
    }

    private TurnWriter engine(LoadedModel model) {
        return new EngineTurns(model.decoder(), model.tokenizer(), model.prompts(), generationBatch);
    }

    /** Work that a remote judge is asked for. */
    private interface Judged {
        void by(Judge judge) throws EvaluationException, InterruptedException;
    }

    private void judged(JudgeAccount account, RemoteModel model, Judged work)
            throws EvaluationException, InterruptedException {
        Judge judge = remote.judge(model, account.spending());
        try {
            work.by(judge);
        } catch (IllegalStateException broken) {
            account.requireKept();
            throw broken;
        } finally {
            if (judge instanceof AutoCloseable connection) {
                closed(connection);
            }
        }
    }

    private static void closed(AutoCloseable connection) {
        try {
            connection.close();
        } catch (Exception lost) {
            LOG.debugf("a judge's connection did not close: %s", lost.getMessage());
        }
    }

    /** A request for a range that was written before there were shares has none, and may spend what an evaluation may. */
    private JudgeAccount account(Envelope<ScoreRange> envelope)
            throws EvaluationException, IOException, InterruptedException {
        ScoreRange range = envelope.body();
        Path file =
                folder(range.key()).resolve(URLEncoder.encode(range.evaluation().value(), UTF_8));
        return JudgeAccount.open(
                envelope,
                range.budget().orElseGet(remote::ceiling),
                evaluator,
                voice,
                spendings,
                file,
                () -> wanted.require(range.evaluation(), range.runId()));
    }

    /** Forgets what was spent on a range: it is answered, and nobody spends on it any more. */
    void drop(BlobDigest key) throws IOException {
        Path folder = folder(key);
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private Path folder(BlobDigest key) {
        return spent.resolve(key.value());
    }
}
