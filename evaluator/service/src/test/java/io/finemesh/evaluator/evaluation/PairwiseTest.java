package io.finemesh.evaluator.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.evaluation.RequestEvaluation;
import io.finemesh.contract.evaluation.TaskMetrics;
import io.finemesh.contract.evaluation.TaskRecords;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.evaluator.judge.FakeJudgeServer;
import io.finemesh.evaluator.judge.FakeJudgeServer.Answer;
import io.finemesh.evaluator.judge.FakeJudgeServer.Received;
import io.finemesh.score.mtbench.JudgmentFile;
import io.finemesh.score.mtbench.PairJudgment;
import io.finemesh.score.mtbench.PairScore;
import io.finemesh.score.mtbench.PairVerdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MT-bench in pairs as a job: both checkpoints answer, and a judge is asked in both orders. */
class PairwiseTest {
    private static final String QUESTIONS = """
            {"question_id":81,"category":"writing","turns":["ours is better","and here"]}
            {"question_id":82,"category":"writing","turns":["the first is better","and here"]}
            {"question_id":83,"category":"extraction","turns":["theirs is better","and here"]}
            {"question_id":84,"category":"writing","turns":["both are good"]}
            {"question_id":85,"category":"writing","turns":["no choice"]}
            {"question_id":111,"category":"math","turns":["ours is better","and here"]}
            """;

    private static final String REFERENCES =
            "{\"question_id\":111,\"model_id\":\"ref\",\"choices\":[{\"index\":0,\"turns\":[\"11\",\"15\"]}]}\n";

    @TempDir
    Path directory;

    private volatile Function<Received, Answer> script = request -> FakeJudgeServer.said(choice(request), 10);
    private JudgedMesh mesh;
    private FakeJudgeServer judge;
    private FakeJudgeServer writer;
    private CheckpointId other;

    @BeforeEach
    void open() throws Exception {
        mesh = new JudgedMesh(directory, 2);
        other = mesh.store.addCheckpoint(Map.of("note.txt", "another one"));
        judge = new FakeJudgeServer((Received request) -> script.apply(request));
        writer = new FakeJudgeServer(FakeJudgeServer.said("OURS", 5));
    }

    @AfterEach
    void close() {
        mesh.close();
        judge.close();
        writer.close();
    }

    /** As a judge that reads what the question says. */
    private static String choice(Received request) {
        String asked = user(request);
        boolean oursIsA = asked.contains("A:OURS");
        assertThat(oursIsA).isNotEqualTo(asked.contains("B:OURS"));
        if (asked.contains("ours is better")) {
            return oursIsA ? "clearly [[A]]" : "clearly [[B]]";
        }
        if (asked.contains("theirs is better")) {
            return oursIsA ? "[[B]]" : "[[A]]";
        }
        if (asked.contains("the first is better")) {
            return "[[A]]";
        }
        return asked.contains("both are good") ? "[[C]]" : "I cannot say [A]";
    }

    private static String user(Received request) {
        try {
            JsonNode messages = new ObjectMapper().readTree(request.body()).path("messages");
            return messages.get(messages.size() - 1).path("content").asText();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static String prompts() {
        StringBuilder lines = new StringBuilder();
        for (String name : List.of("pair-v2", "pair-math-v1", "pair-v2-multi-turn", "pair-math-v1-multi-turn")) {
            boolean two = name.endsWith("turn");
            String template = (two
                            ? "{question_1} {question_2} A:{answer_a_1}|{answer_a_2} B:{answer_b_1}|{answer_b_2}"
                            : "{question} A:{answer_a} B:{answer_b}")
                    + (name.contains("math") ? two ? " {ref_answer_1} {ref_answer_2}" : " {ref_answer_1}" : "");
            lines.append(
                    "{\"name\":\"%s\",\"system_prompt\":\"\",\"prompt_template\":\"%s\",\"output_format\":\"[[A]]\"}\n"
                            .formatted(name, template));
        }
        return lines.toString();
    }

    private EvaluationWork work(Optional<CheckpointId> against, Optional<JudgeBudget> budget, String prompts) {
        ResolvedDataset references = mesh.documents("references", REFERENCES);
        return mesh.work(
                EvaluationTask.MT_BENCH_PAIRWISE,
                QUESTIONS,
                new JudgeSettings(
                        Optional.empty(),
                        Optional.of(JudgedMesh.model(judge, "judge-1")),
                        mesh.documents("prompts", prompts),
                        Optional.of(references),
                        budget,
                        Optional.empty()),
                against,
                Optional.of(JudgedMesh.model(writer, "served")));
    }

    private EvaluationWork work() {
        return work(Optional.of(other), Optional.empty(), prompts());
    }

    private static Map<String, Double> figures(EvaluationCompleted completed) {
        return completed.scores().stream().collect(Collectors.toMap(TaskScore::metric, TaskScore::value));
    }

    @Test
    void bothOrdersAreAskedAndDisagreementIsATieAsFastChatCounts() throws Exception {
        mesh.desk("a", 2);

        EvaluationCompleted completed = (EvaluationCompleted) mesh.ended("1", work());

        assertThat(judge.received).as("two orders of ten turns").hasSize(20);
        assertThat(judge.received)
                .filteredOn(request -> user(request).contains("11"))
                .as("a question of mathematics shows its reference")
                .hasSize(4);
        // Turns: won 81 and 111, lost 83, tied 84 and by disagreement 82; 85 has no verdict.
        assertThat(figures(completed))
                .containsEntry("win", 4.0)
                .containsEntry("loss", 2.0)
                .containsEntry("tie", 3.0)
                .containsEntry("win_rate", 4 / 9.0)
                .containsEntry("loss_rate", 2 / 9.0)
                .containsEntry("win_rate_adjusted", 5.5 / 9)
                .containsEntry("without_verdict", 1.0);
        assertThat(completed.scores())
                .allMatch(score -> TaskMetrics.has(EvaluationTask.MT_BENCH_PAIRWISE, score.task(), score.metric()))
                .allMatch(score -> score.judge().equals(Optional.of("judge-1")))
                .allMatch(TaskScore::limited);
    }

    @Test
    void theRecordsAreAJudgmentFileThatScoresToTheSameFigures() throws Exception {
        mesh.desk("a", 64);

        EvaluationCompleted completed = (EvaluationCompleted) mesh.ended("1", work());

        TaskRecords records = completed.records().orElseThrow().getFirst();
        JudgmentFile file = JudgmentFile.read(mesh.store.bytes(records.samples().digest()));
        assertThat(file.problems()).isEmpty();
        for (JsonNode line : mesh.lines(records)) {
            for (String game : List.of("g1", "g2")) {
                PairVerdict verdict =
                        PairVerdict.ofLetter(line.path(game + "_judgment").asText());
                assertThat(line.path(game + "_winner").asText())
                        .isEqualTo(
                                game.equals("g1")
                                        ? verdict.winner("model_1", "model_2")
                                        : verdict.winner("model_2", "model_1"));
            }
        }
        assertThat(file.pairs()).hasSize(10).allSatisfy(pair -> {
            assertThat(pair.first()).isEqualTo(mesh.checkpoint.value());
            assertThat(pair.second()).isEqualTo(other.value());
        });
        PairScore score = PairScore.of(file.pairs(), Optional.of(other.value())).getFirst();
        assertThat(figures(completed))
                .containsEntry("win_rate", score.winRate())
                .containsEntry("loss_rate", score.lossRate())
                .containsEntry("win_rate_adjusted", score.adjustedWinRate());
        assertThat(file.pairs()).filteredOn(pair -> pair.question() == 82).allSatisfy(pair -> {
            assertThat(List.of(pair.firstGame(), pair.secondGame())).containsExactly("model_1", "model_2");
            assertThat(pair.outcome()).isEqualTo(PairJudgment.Outcome.TIE);
        });
        JsonNode results =
                new ObjectMapper().readTree(mesh.store.bytes(records.results().digest()));
        assertThat(results.path("against").asText()).isEqualTo(other.value());
        assertThat(results.path("label").asText()).startsWith("limited run over 10 of 160 pairs");
        assertThat(results.path("answers")).as("six of each").hasSize(12);
        assertThat(new String(mesh.store.bytes(records.samples().digest()), UTF_8))
                .contains("g1_user_prompt");
    }

    @Test
    void afterAKillNothingIsWrittenOrRatedAgain() throws Exception {
        Function<Received, Answer> good = script;
        script = request -> judge.received.size() > 14 ? judge.silence() : good.apply(request);
        EvaluationDesk first = mesh.desk("a", 64);
        RequestEvaluation request = new RequestEvaluation(new EvaluationId("ev-1"), work());
        var _ = first.accept(
                Envelope.starting(
                        new EventId("command-1"), "/gateway", "ev-1", Instant.EPOCH, Optional.empty(), request),
                EvaluationJob.of(request));
        await().until(() -> judge.received.size() >= 16);
        mesh.kill(first);
        int written = writer.received.size();
        int rated = judge.received.size();
        List<String> before = judge.received.stream().map(PairwiseTest::user).toList();
        script = good;

        mesh.desk("a", 64);
        EvaluationCompleted completed = (EvaluationCompleted) mesh.ended("1", work());

        assertThat(figures(completed)).containsEntry("win", 4.0).containsEntry("tie", 3.0);
        List<String> later = judge.received.subList(rated, judge.received.size()).stream()
                .map(PairwiseTest::user)
                .toList();
        assertThat(later)
                .as("questions that were rated whole are not asked again")
                .hasSizeLessThan(20);
        assertThat(before.subList(0, 8).stream().filter(text -> text.startsWith("ours is better A:OURS B:")))
                .isNotEmpty();
        assertThat(writer.received.size() - written)
                .as("what the server wrote before the kill is not asked for again")
                .isEqualTo(10 - written);
    }

    @Test
    void theBudgetCountsBothOrders() throws Exception {
        mesh.desk("a", 64);
        EvaluationEvent tooLittle = mesh.ended(
                "1",
                work(
                        Optional.of(other),
                        Optional.of(new JudgeBudget(OptionalLong.of(19), OptionalLong.empty())),
                        prompts()));
        assertThat(((EvaluationFailed) tooLittle).failure().message()).contains("the budget of 19 requests is spent");
        assertThat(judge.received).hasSizeLessThanOrEqualTo(19);
    }

    @Test
    void aJudgeWithoutAnyVerdictGivesNoFigure() throws Exception {
        script = _ -> FakeJudgeServer.said("both have their merits", 3);
        mesh.desk("a", 64);

        EvaluationFailed failed = (EvaluationFailed) mesh.ended("1", work());

        assertThat(failed.failure().code()).isEqualTo(FailureCode.EVALUATION_FAILED);
        assertThat(failed.failure().message())
                .contains("no judgment of mt_bench_pairwise has a verdict")
                .contains("both have their merits");
    }

    @Test
    void whatCannotBeComparedIsSaidBeforeAnythingIsAsked() throws Exception {
        mesh.desk("a", 64);

        EvaluationFailed itself =
                (EvaluationFailed) mesh.ended("1", work(Optional.of(mesh.checkpoint), Optional.empty(), prompts()));
        EvaluationFailed nobody =
                (EvaluationFailed) mesh.ended("2", work(Optional.empty(), Optional.empty(), prompts()));
        EvaluationFailed single =
                (EvaluationFailed) mesh.ended("3", work(Optional.of(other), Optional.empty(), JudgedMesh.prompts()));
        EvaluationFailed field = (EvaluationFailed) mesh.ended(
                "4", work(Optional.of(other), Optional.empty(), prompts().replace("{answer_b}", "{answer}")));

        assertThat(itself.failure().message()).contains("with itself");
        assertThat(nobody.failure().message()).contains("name the checkpoint that it is to be compared with");
        assertThat(single.failure().message()).contains("mt_bench_pairwise", "the judge's prompt pair-v2");
        assertThat(field.failure().message())
                .contains(
                        "a value for {answer} in the judge's prompt pair-v2, which may name question, answer_a, answer_b");
        assertThat(List.of(itself, nobody, single, field))
                .allMatch(failed -> failed.failure().code() == FailureCode.INVALID_SPECIFICATION);
        assertThat(judge.received).isEmpty();
        assertThat(writer.received).isEmpty();
    }
}
