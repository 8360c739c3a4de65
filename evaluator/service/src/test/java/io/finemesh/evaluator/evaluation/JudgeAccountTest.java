package io.finemesh.evaluator.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.JudgeSpending;
import io.finemesh.contract.evaluation.RangeScored;
import io.finemesh.contract.evaluation.RequestEvaluation;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.evaluator.judge.FakeJudgeServer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a judge may cost holds for an evaluation, over its ranges, over its evaluators, and over kills. */
class JudgeAccountTest {
    private static final int QUESTIONS = 6;
    private static final int RANGE = 2;
    private static final int NEEDED = 2 * QUESTIONS;

    @TempDir
    Path directory;

    private final AtomicInteger answered = new AtomicInteger();
    private volatile int silentFrom = Integer.MAX_VALUE;
    private JudgedMesh mesh;
    private FakeJudgeServer server;

    @BeforeEach
    void open() throws Exception {
        mesh = new JudgedMesh(directory, 1);
        FakeJudgeServer[] self = new FakeJudgeServer[1];
        server = new FakeJudgeServer(
                _ -> answered.incrementAndGet() >= silentFrom ? self[0].silence() : FakeJudgeServer.said("[[5]]", 10));
        self[0] = server;
    }

    @AfterEach
    void close() {
        mesh.close();
        server.close();
    }

    private EvaluationWork work(JudgeBudget budget) {
        return mesh.work(
                EvaluationTask.MT_BENCH, JudgedMesh.questions(QUESTIONS), mesh.judge(server, Optional.of(budget)));
    }

    private static JudgeBudget requests(long most) {
        return new JudgeBudget(OptionalLong.of(most), OptionalLong.empty());
    }

    @Test
    void aBudgetThatIsJustEnoughIsEnoughForAllRangesOnAllEvaluators() throws Exception {
        mesh.desk("a", RANGE);
        mesh.desk("b", RANGE);

        assertThat(mesh.ended("1", work(requests(NEEDED)))).isInstanceOf(EvaluationCompleted.class);

        assertThat(server.received).hasSize(NEEDED);
        assertThat(scored())
                .extracting(RangeScored::evaluator)
                .containsOnly("a", "b")
                .hasSize(3);
    }

    @Test
    void rangesDoNotSpendMoreTogetherThanTheEvaluationMay() throws Exception {
        mesh.desk("a", RANGE);
        mesh.desk("b", RANGE);

        EvaluationFailed failed = (EvaluationFailed) mesh.ended("1", work(requests(NEEDED - 1)));

        assertThat(failed.failure().code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
        assertThat(failed.failure().message())
                .containsPattern(
                        "the budget of 3 requests is spent: the share of questions [0-9]+ to [0-9]+ in what the");
        assertThat(server.received).hasSizeLessThan(NEEDED);
    }

    @Test
    void theEvaluatorsSettingIsTheCeilingAndHoldsForTheWholeToo() throws Exception {
        mesh.ceiling = JudgeBudget.of(NEEDED - 3, 10_000_000);
        mesh.desk("a", RANGE);

        assertThat(mesh.ended("1", work(requests(1_000)))).isInstanceOf(EvaluationFailed.class);
        assertThat(server.received).hasSizeLessThanOrEqualTo(NEEDED - 3);
    }

    @Test
    void tokensAreCountedAsTheServerCountsThem() throws Exception {
        mesh.desk("a", QUESTIONS);

        EvaluationFailed failed =
                (EvaluationFailed) mesh.ended("1", work(new JudgeBudget(OptionalLong.empty(), OptionalLong.of(60))));

        assertThat(failed.failure().message()).contains("the budget of 60 tokens is spent");
        assertThat(server.received)
                .as("six use it up, and three more may be under way then")
                .hasSizeLessThanOrEqualTo(9);
        assertThat(mesh.ended("2", work(new JudgeBudget(OptionalLong.empty(), OptionalLong.of(600)))))
                .isInstanceOf(EvaluationCompleted.class);
    }

    @Test
    void whatWasSpentBeforeAKillIsSpentWhenTheEvaluatorComesBack() throws Exception {
        int sent = killedAmongRequests("a", requests(NEEDED + 4));

        mesh.desk("a", RANGE);
        EvaluationEvent end = mesh.ended("1", work(requests(NEEDED + 4)));

        assertThat(sent).as("requests under way when it was killed").isPositive();
        assertThat(end).isInstanceOf(EvaluationFailed.class);
        assertThat(((EvaluationFailed) end).failure().message()).contains("requests is spent");
        assertThat(server.received).hasSizeLessThanOrEqualTo(NEEDED + 4);
    }

    @Test
    void aKilledEvaluatorFinishesWithinABudgetThatAllowsForTheKill() throws Exception {
        JudgeBudget ample = requests(3 * NEEDED);
        killedAmongRequests("a", ample);

        mesh.desk("a", RANGE);

        assertThat(mesh.ended("1", work(ample))).isInstanceOf(EvaluationCompleted.class);
        assertThat(server.received).hasSizeLessThanOrEqualTo(3 * NEEDED);
    }

    @Test
    void whoGoesOnInAnothersPlaceCountsWhatThatOneSpent() throws Exception {
        killedAmongRequests("a", requests(NEEDED + 4));
        assertThat(mesh.said).as("said before it was spent").anyMatch(JudgeSpending.class::isInstance);

        mesh.desk("b", RANGE);
        EvaluationEvent end = mesh.ended("1", work(requests(NEEDED + 4)));

        assertThat(end).isInstanceOf(EvaluationFailed.class);
        assertThat(((EvaluationFailed) end).failure().message())
                .containsPattern(
                        "without [1-9][0-9]* requests and [0-9]+ tokens that other evaluators said they spend");
        assertThat(server.received).hasSizeLessThanOrEqualTo(NEEDED + 4);
    }

    @Test
    void anotherEvaluationHasABudgetOfItsOwn() throws Exception {
        mesh.desk("a", RANGE);
        assertThat(mesh.ended("1", work(requests(NEEDED - 1)))).isInstanceOf(EvaluationFailed.class);
        int spent = server.received.size();

        assertThat(mesh.ended("2", work(requests(NEEDED)))).isInstanceOf(EvaluationCompleted.class);

        assertThat(server.received.size() - spent)
                .as("what the first one had rated is kept")
                .isLessThan(NEEDED);
    }

    /** A life in which the judge falls silent in the second range and the evaluator is killed. Returns the requests that had no answer. */
    private int killedAmongRequests(String name, JudgeBudget budget) throws Exception {
        silentFrom = 6;
        EvaluationDesk first = mesh.desk(name, RANGE);
        RequestEvaluation request = new RequestEvaluation(new EvaluationId("ev-1"), work(budget));
        var _ = first.accept(
                Envelope.starting(
                        new EventId("command-1"), "/gateway", "ev-1", Instant.EPOCH, Optional.empty(), request),
                EvaluationJob.of(request));
        await().until(() -> server.received.size() >= 8);
        mesh.kill(first);
        silentFrom = Integer.MAX_VALUE;
        assertThat(scored()).hasSize(1);
        return server.received.size() - 5;
    }

    private List<RangeScored> scored() {
        return mesh.said.stream()
                .filter(RangeScored.class::isInstance)
                .map(RangeScored.class::cast)
                .toList();
    }
}
