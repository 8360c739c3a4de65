package io.finemesh.evaluator.evaluation;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.evaluation.RecordedJudge;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.evaluator.judge.FakeJudgeServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a judge said once is said again, without asking it: the records of one evaluation are the judge of another. */
class ReplayedJudgmentsTest {
    private static final int QUESTIONS = 3;

    @TempDir
    Path directory;

    private JudgedMesh mesh;
    private FakeJudgeServer server;
    private String judgments;
    private EvaluationCompleted judged;

    @BeforeEach
    void judgedOnce() throws Exception {
        mesh = new JudgedMesh(directory, 2);
        server = new FakeJudgeServer(
                FakeJudgeServer.said("Rating: [[7]]", 10),
                FakeJudgeServer.said("no rating at all", 10),
                FakeJudgeServer.said("Rating: [[3]]", 10));
        mesh.desk("one", 2);
        judged = (EvaluationCompleted)
                mesh.ended("first", work(mesh.judge(server, Optional.empty()), JudgedMesh.questions(QUESTIONS)));
        judgments = mesh.lines(judged.records().orElseThrow().getFirst()).stream()
                .map(JsonNode::toString)
                .collect(joining("\n", "", "\n"));
    }

    @AfterEach
    void close() {
        mesh.close();
        server.close();
    }

    private EvaluationWork work(JudgeSettings judge, String questions) {
        return mesh.work(EvaluationTask.MT_BENCH, questions, judge);
    }

    private JudgeSettings recorded(String name, String file) {
        return new JudgeSettings(
                Optional.empty(),
                Optional.empty(),
                mesh.documents("prompts", JudgedMesh.prompts()),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new RecordedJudge(name, mesh.documents("judgments", file))));
    }

    private static Map<String, Double> figures(List<TaskScore> scores) {
        return scores.stream().collect(Collectors.toMap(TaskScore::metric, TaskScore::value));
    }

    @Test
    void theSameAnswersGetTheSameFiguresAndNobodyIsAsked() throws Exception {
        int asked = server.received.size();
        assertThat(asked).isEqualTo(2 * QUESTIONS);

        EvaluationCompleted again = (EvaluationCompleted)
                mesh.ended("again", work(recorded("judge-1", judgments), JudgedMesh.questions(QUESTIONS)));

        assertThat(figures(again.scores())).isEqualTo(figures(judged.scores()));
        assertThat(figures(again.scores())).containsEntry("without_rating", 1.0);
        assertThat(server.received).hasSize(asked);
    }

    @Test
    void whatWasNeverJudgedEndsTheEvaluationByName() throws Exception {
        EvaluationFailed failed = (EvaluationFailed)
                mesh.ended("more", work(recorded("judge-1", judgments), JudgedMesh.questions(QUESTIONS + 1)));

        assertThat(failed.failure().code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
        assertThat(failed.failure().message()).contains("question " + (81 + QUESTIONS), "has none of the question");
    }

    @Test
    void anotherAnswerIsNotGivenAnOldJudgment() throws Exception {
        String changed = judgments.replaceAll("\"user_prompt\":\"[^\"]*\"", "\"user_prompt\":\"another answer\"");

        EvaluationFailed failed = (EvaluationFailed)
                mesh.ended("changed", work(recorded("judge-1", changed), JudgedMesh.questions(QUESTIONS)));

        assertThat(failed.failure().message()).contains("one of another answer");
    }

    @Test
    void aFileWithoutTheJudgeIsRefusedAndNamesThoseThereAre() throws Exception {
        EvaluationFailed nobody = (EvaluationFailed)
                mesh.ended("nobody", work(recorded("gpt-4", judgments), JudgedMesh.questions(QUESTIONS)));
        EvaluationFailed garbage = (EvaluationFailed)
                mesh.ended("garbage", work(recorded("gpt-4", "{\"judge\":7}\n"), JudgedMesh.questions(QUESTIONS)));

        assertThat(nobody.failure().code()).isEqualTo(FailureCode.DATASET_NOT_USABLE);
        assertThat(nobody.failure().message()).contains("by gpt-4", "[judge-1]");
        assertThat(garbage.failure().message()).contains("question_id");
    }
}
