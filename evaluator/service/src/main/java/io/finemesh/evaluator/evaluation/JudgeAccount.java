package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.JudgeSpending;
import io.finemesh.contract.evaluation.ScoreRange;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.evaluator.judge.JudgeLimits;
import io.finemesh.evaluator.judge.Spending;
import io.finemesh.evaluator.judge.SpendingJournal;
import io.finemesh.evaluator.server.ModelServer;
import io.finemesh.score.mtbench.JudgeRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One range's share of what an evaluation may spend on its judge, whoever answers the range and however often it is begun again: what this evaluator spent is on its disk before it is spent, and is said
 * to the others some requests ahead. What another evaluator said that it spends is spent, whether its answers are lost or not.
 */
final class JudgeAccount implements Spending.Ledger, AutoCloseable {
    /** Requests that are announced at once. */
    private static final long AHEAD = 16;

    private final Envelope<ScoreRange> range;
    private final String evaluator;
    private final PatientVoice voice;
    private final SpendingJournal journal;
    private final Spending spending;
    private final String whose;
    private long announced;
    private Optional<IOException> lost = Optional.empty();

    private JudgeAccount(
            Envelope<ScoreRange> range,
            String evaluator,
            PatientVoice voice,
            SpendingJournal journal,
            JudgeBudget budget,
            long requests,
            long tokens) {
        this.range = range;
        this.evaluator = evaluator;
        this.voice = voice;
        this.journal = journal;
        this.announced = journal.requests();
        this.spending = new Spending(
                new JudgeLimits(
                        left(budget.requests().orElse(Long.MAX_VALUE), requests),
                        left(budget.tokens().orElse(Long.MAX_VALUE), tokens)),
                journal.requests(),
                journal.tokens(),
                this);
        this.whose = whose(range.body(), requests, tokens);
    }

    /** A budget that is spent is told by its number, which is another one than the person's where it is a part of theirs. */
    private static String whose(ScoreRange range, long requests, long tokens) {
        String share = range.budget().isPresent()
                ? ": the share of questions " + (range.from() + 1) + " to " + range.to()
                        + " in what the evaluation may spend"
                : "";
        return requests > 0 || tokens > 0
                ? share + ", without " + requests + " requests and " + tokens
                        + " tokens that other evaluators said they spend on it"
                : share;
    }

    private static long left(long bound, long spentByOthers) {
        return Math.max(0, bound - spentByOthers);
    }

    /**
     * Opens the account of a range.
     *
     * @param budget the range's share
     * @param file where this evaluator keeps what it spends
     */
    static JudgeAccount open(
            Envelope<ScoreRange> range,
            JudgeBudget budget,
            String evaluator,
            PatientVoice voice,
            SpendingShelf shelf,
            Path file,
            RangeShelf.Interruption interruption)
            throws EvaluationException, IOException, InterruptedException {
        SpendingJournal journal = SpendingJournal.open(file);
        try {
            JudgeSpending own = said(range.body(), evaluator, journal.requests(), journal.tokens());
            shelf.expect(own);
            voice.say(range, own);
            shelf.await(own, interruption);
            long requests = 0;
            long tokens = 0;
            for (JudgeSpending other :
                    shelf.others(range.body().evaluation(), range.body().key(), evaluator)) {
                requests += other.requests();
                tokens += other.tokens();
            }
            return new JudgeAccount(range, evaluator, voice, journal, budget, requests, tokens);
        } catch (EvaluationException | IOException | InterruptedException | RuntimeException failed) {
            journal.close();
            throw failed;
        }
    }

    /** What may be spent, and counts it. */
    ModelServer.Budget spending() {
        return new ModelServer.Budget() {
            @Override
            public Optional<String> barred() throws InterruptedException {
                return spending.barred().map(spent -> spent + whose);
            }

            @Override
            public void used(long tokens) {
                spending.used(tokens);
            }
        };
    }

    @Override
    public void sending(long requests, long tokens) throws InterruptedException {
        if (requests > announced) {
            announced = requests + AHEAD - 1;
            voice.say(range, said(range.body(), evaluator, announced, tokens + AHEAD * JudgeRequest.LONGEST_REPLY));
        }
        try {
            journal.sending();
        } catch (IOException full) {
            lost = Optional.of(full);
            throw new UncheckedIOException(full);
        }
    }

    @Override
    public void answered(long tokens) {
        try {
            journal.answered(tokens);
        } catch (IOException full) {
            lost = Optional.of(full);
        }
    }

    /** Nothing is to be spent that is not kept. */
    void requireKept() throws EvaluationException {
        if (lost.isPresent()) {
            throw new EvaluationException(
                    FailureCode.STORAGE_FULL,
                    "what the judge costs cannot be kept on disk: " + lost.get().getMessage(),
                    lost.get());
        }
    }

    private static JudgeSpending said(ScoreRange range, String evaluator, long requests, long tokens) {
        return new JudgeSpending(
                range.evaluation(), range.runId(), range.work().checkpoint(), range.key(), evaluator, requests, tokens);
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
