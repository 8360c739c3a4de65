package io.finemesh.evaluator.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.evaluator.judge.FakeJudgeServer;
import io.finemesh.evaluator.judge.FakeJudgeServer.Answer;
import io.finemesh.evaluator.judge.FakeJudgeServer.Received;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole job whose judge does not do as it should, over HTTP: a typed end, nothing fatal, and the next one goes on. */
class BadJudgeTest {
    private static final int ATTEMPTS = 3;

    @TempDir
    Path directory;

    private volatile Answer answer = FakeJudgeServer.said("[[5]]", 1);
    private JudgedMesh mesh;
    private FakeJudgeServer judge;

    @BeforeEach
    void open() throws Exception {
        mesh = new JudgedMesh(directory, ATTEMPTS);
        judge = new FakeJudgeServer((Received _) -> answer);
        mesh.desk("a", 64);
    }

    @AfterEach
    void close() {
        mesh.close();
        judge.close();
    }

    private EvaluationWork work() {
        return mesh.work(EvaluationTask.MT_BENCH, JudgedMesh.questions(1), mesh.judge(judge, Optional.empty()));
    }

    private void goesOnWithAJudgeThatAnswers() throws Exception {
        answer = FakeJudgeServer.said("[[5]]", 1);
        EvaluationCompleted completed = (EvaluationCompleted) mesh.ended("later", work());
        assertThat(completed.scores())
                .filteredOn(score -> score.metric().equals("average"))
                .extracting(TaskScore::value)
                .containsExactly(5.0);
    }

    @ParameterizedTest
    @CsvSource({
        "401, INVALID_SPECIFICATION, key",
        "403, INVALID_SPECIFICATION, key",
        "404, INVALID_SPECIFICATION, judge-1",
        "429, EVALUATION_FAILED, too many requests",
        "500, EVALUATION_FAILED, answered 500",
        "503, EVALUATION_FAILED, answered 503"
    })
    void aStatusThatIsNoAnswerEndsTheJobByItsKind(int status, FailureCode code, String words) throws Exception {
        answer = FakeJudgeServer.status(status, "");

        EvaluationFailed failed = (EvaluationFailed) mesh.ended("1", work());

        assertThat(failed.failure().code()).isEqualTo(code);
        assertThat(failed.failure().message()).startsWith("the judge: ").contains(words);
        boolean again = code == FailureCode.EVALUATION_FAILED;
        assertThat(judge.received).hasSizeLessThanOrEqualTo(again ? 2 * ATTEMPTS : 2);
        goesOnWithAJudgeThatAnswers();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | no choices",
                "<html> | not JSON",
                "{\"choices\":[]} | no choices",
                "{\"choices\":[{\"message\":{\"content\":null}}]} | no text",
                "[1,2 | not JSON"
            })
    void whatIsNoChatCompletionIsAskedForAgainAndEndsTheJob(String body, String words) throws Exception {
        answer = FakeJudgeServer.status(200, body);

        EvaluationFailed failed = (EvaluationFailed) mesh.ended("1", work());

        assertThat(failed.failure().code()).isEqualTo(FailureCode.EVALUATION_FAILED);
        assertThat(failed.failure().message()).startsWith("the judge: ").contains(words);
        assertThat(judge.received.size()).isBetween(ATTEMPTS, 2 * ATTEMPTS);
        goesOnWithAJudgeThatAnswers();
    }

    @Test
    void anAnswerBeyondAllBoundsIsNotReadWhole() throws Exception {
        answer = FakeJudgeServer.said("y".repeat(1_500_000), 1);

        EvaluationFailed failed = (EvaluationFailed) mesh.ended("1", work());

        assertThat(failed.failure().message()).contains("more than 1000000 bytes");
        goesOnWithAJudgeThatAnswers();
    }

    @Test
    void aJudgeThatIsNotThereEndsTheJob() throws Exception {
        EvaluationWork work = work();
        judge.close();

        EvaluationFailed failed = (EvaluationFailed) mesh.ended("1", work);

        assertThat(failed.failure().code()).isEqualTo(FailureCode.EVALUATION_FAILED);
        assertThat(failed.failure().message()).contains("could not be asked");
    }

    @Test
    void wordsWithoutAnyRatingEndTheJobWithTheFirstOfThem() throws Exception {
        answer = FakeJudgeServer.said("I like both answers", 1);

        EvaluationFailed failed = (EvaluationFailed) mesh.ended("1", work());

        assertThat(failed.failure().code()).isEqualTo(FailureCode.EVALUATION_FAILED);
        assertThat(failed.failure().message()).contains("no judgment of mt_bench has a rating", "I like both answers");
    }
}
