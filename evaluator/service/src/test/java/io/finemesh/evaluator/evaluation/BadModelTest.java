package io.finemesh.evaluator.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.manifest.TrainedBy;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.RangeScored;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.evaluator.judge.FakeJudgeServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Models that cannot be scored, and tasks that cannot be scored on them: a typed end, and no answer that nobody gave. */
class BadModelTest {
    @TempDir
    Path directory;

    private JudgedMesh mesh;
    private FakeJudgeServer judge;

    @BeforeEach
    void open() throws Exception {
        mesh = new JudgedMesh(directory, 1);
        judge = new FakeJudgeServer(FakeJudgeServer.said("[[5]]", 1));
        mesh.desk("a", 64);
    }

    @AfterEach
    void close() {
        mesh.close();
        judge.close();
    }

    private static String rows(EvaluationTask task) {
        return switch (task) {
            case HELD_OUT_LOSS, EXACT_MATCH ->
                "{\"messages\":[{\"role\":\"user\",\"content\":\"what is 1 ?\"},{\"role\":\"assistant\",\"content\":\"1\"}]}\n";
            case AQUA -> "{\"question\":\"what is 1 ?\",\"options\":[\"(A)1\",\"(B)2\"],\"label\":\"A\"}\n";
            case MT_BENCH -> JudgedMesh.questions(2);
            case GSM8K_COT_ZEROSHOT, OWN -> "{\"question\":\"what is 1 ?\",\"answer\":\"#### 1\"}\n";
            case GSM8K,
                    GSM8K_COT,
                    GSM8K_COT_LLAMA,
                    SAT_MATH,
                    MMLU,
                    HENDRYCKS_MATH,
                    SVAMP,
                    NUMGLUE,
                    SUPERGLUE,
                    UPDATE_REPORT,
                    MT_BENCH_PAIRWISE -> throw new IllegalArgumentException(task + " is not asked here");
        };
    }

    private EvaluationWork work(CheckpointId checkpoint, TaskSpecification task) {
        return new EvaluationWork(
                checkpoint,
                0,
                Optional.of(mesh.documents("rows", rows(task.task()))),
                Map.of(),
                List.of(task),
                new EvaluationSettings(PromptTemplate.PLAIN, Precision.FP32, 64, Optional.empty(), Optional.empty()),
                Optional.empty(),
                task.task().isJudged() ? Optional.of(mesh.judge(judge, Optional.empty())) : Optional.empty());
    }

    @ParameterizedTest
    @EnumSource(
            value = EvaluationTask.class,
            names = {"HELD_OUT_LOSS", "EXACT_MATCH", "GSM8K_COT_ZEROSHOT", "AQUA", "MT_BENCH"})
    void weightsThatAreNoNumbersGiveNoAnswerAndNoFigure(EvaluationTask task) throws Exception {
        CheckpointId diverged =
                mesh.store.addMoved(mesh.checkpoint, new TrainedBy("run-1", 0, 9), "model.layers.0.", Float.NaN);

        EvaluationFailed failed = (EvaluationFailed) mesh.ended("1", work(diverged, new TaskSpecification(task, 0, 4)));

        assertThat(failed.failure().code()).isEqualTo(FailureCode.MODEL_NOT_USABLE);
        assertThat(failed.failure().message()).containsAnyOf("not numbers", "finite");
        assertThat(mesh.said).noneMatch(RangeScored.class::isInstance);
        assertThat(judge.received).as("nothing was said that could be rated").isEmpty();
    }

    @Test
    void anAnswerAsLongAsTheModelsPositionsIsRefused() throws Exception {
        EvaluationFailed failed = (EvaluationFailed) mesh.ended(
                "1", work(mesh.checkpoint, new TaskSpecification(EvaluationTask.GSM8K_COT_ZEROSHOT, 0, 100_000)));

        assertThat(failed.failure().code()).isEqualTo(FailureCode.MODEL_NOT_USABLE);
        assertThat(failed.failure().message()).contains("100000 new tokens leave no room");
    }

    @Test
    void anExpressionThatNeverEndsIsTheTasksFault() throws Exception {
        String definition = "task: t\nprompt: \"{question}\"\ntarget: \"{answer}\"\nregex: \"(a|aa)+Z\"\nlongest: 60\n";
        TaskOptions options = new TaskOptions(
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                false,
                Optional.empty(),
                Optional.of(definition));
        EvaluationWork work =
                work(mesh.checkpoint, new TaskSpecification(EvaluationTask.OWN, 0, 60, Optional.of(options)));
        try (FakeJudgeServer writer = new FakeJudgeServer(FakeJudgeServer.said("a".repeat(100_000), 1))) {
            EvaluationSettings answered = new EvaluationSettings(
                    PromptTemplate.PLAIN,
                    Precision.FP32,
                    64,
                    Optional.empty(),
                    Optional.of(JudgedMesh.model(writer, "long")));

            EvaluationFailed failed = (EvaluationFailed) mesh.ended(
                    "1",
                    new EvaluationWork(
                            work.checkpoint(),
                            0,
                            work.dataset(),
                            Map.of(),
                            work.tasks(),
                            answered,
                            Optional.empty(),
                            Optional.empty()));

            assertThat(failed.failure().code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
            assertThat(failed.failure().message()).contains("takes too long on an answer of 100000 characters");
        }
    }
}
