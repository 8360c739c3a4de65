package io.finemesh.evaluator.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.fixture.MemoryStore;
import io.finemesh.evaluator.fixture.TinyCheckpoint;
import io.finemesh.evaluator.fixture.TinyEvaluation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {
    private static final BlobReference ANY_ROWS = new BlobReference("ab".repeat(32), 1);

    @TempDir
    static Path cacheDirectory;

    @TempDir
    Path directory;

    private static MemoryStore store;
    private static CheckpointFetcher fetcher;
    private static CheckpointId checkpoint;
    private static LoadedModel model;

    @BeforeAll
    static void load() throws Exception {
        Backend.start(1);
        store = new MemoryStore();
        checkpoint = store.addCheckpoint();
        fetcher = new CheckpointFetcher(
                store, BlobCache.open(cacheDirectory, 1 << 26), Duration.ZERO, Clock.systemUTC(), Thread::sleep);
        model = LoadedModel.load(fetcher, checkpoint, Precision.FP32, PromptTemplate.PLAIN);
    }

    @AfterAll
    static void unload() {
        model.close();
    }

    @Test
    void scoresDoNotDependOnHowMuchIsComputedAtOnce() throws Exception {
        List<TaskScore> together = run(64, 4096, TinyEvaluation.BOTH, TinyCheckpoint.sums(11));
        List<TaskScore> apart = run(1, 16, TinyEvaluation.BOTH, TinyCheckpoint.sums(11));

        assertThat(together).hasSameSizeAs(apart);
        for (int index = 0; index < together.size(); index++) {
            assertThat(together.get(index).metric()).isEqualTo(apart.get(index).metric());
            assertThat(together.get(index).samples()).isEqualTo(apart.get(index).samples());
            assertThat(together.get(index).value()).isCloseTo(apart.get(index).value(), within(1e-4));
        }
    }

    @Test
    void aLimitTakesTheFirstSamplesAndMarksTheScore() throws Exception {
        List<TaskSpecification> limited = List.of(new TaskSpecification(EvaluationTask.HELD_OUT_LOSS, 3, 1));

        TaskScore some = run(4, 64, limited, TinyCheckpoint.sums(10)).getFirst();
        TaskScore all = run(4, 64, limited, TinyCheckpoint.sums(3)).getFirst();

        assertThat(some.samples()).isEqualTo(3);
        assertThat(some.limited()).isTrue();
        assertThat(all.limited()).as("the limit left nothing out").isFalse();
        assertThat(some.value()).isEqualTo(all.value());
    }

    /** A template that writes the words and the end of text, with a space between, says the same as the plain one does. */
    @Test
    void aModelsOwnTemplateAsksAsItWasTrained() throws Exception {
        CheckpointId own = store.addCheckpoint(Map.of(
                "tokenizer_config.json",
                "{\"eos_token\":\"</s>\",\"chat_template\":\"{% for m in messages %} {{ m.content }}"
                        + "{% if m.role == 'assistant' %} {{ eos_token }}{% endif %}{% endfor %}\"}"));
        try (LoadedModel chat = LoadedModel.load(fetcher, own, Precision.FP32, PromptTemplate.CHAT)) {
            Path rows = Files.write(directory.resolve("chat"), TinyCheckpoint.sums(7));
            List<TaskScore> scores = new Evaluation(
                            chat, TinyEvaluation.of("run-1:2", own, ANY_ROWS, TinyEvaluation.BOTH), 4, 64, () -> {})
                    .run(rows);

            assertThat(scores).isEqualTo(run(4, 64, TinyEvaluation.BOTH, TinyCheckpoint.sums(7)));
        }
    }

    @Test
    void aModelWithoutATemplateCannotBeAskedWithIt() {
        assertThatThrownBy(() -> LoadedModel.load(fetcher, checkpoint, Precision.FP32, PromptTemplate.CHAT))
                .satisfies(refused ->
                        assertThat(EvaluationFailures.of(refused).code()).isEqualTo(FailureCode.INVALID_SPECIFICATION))
                .hasMessageContaining("no chat template of its own");
    }

    @Test
    void rowsThatAreNoConversationsAreTheDatasetsFault() {
        assertThatThrownBy(() -> run(4, 64, TinyEvaluation.BOTH, "{\"messages\": 7}\n".getBytes(UTF_8)))
                .isInstanceOfSatisfying(EvaluationException.class, refused -> {
                    assertThat(refused.failure().code()).isEqualTo(FailureCode.DATASET_NOT_USABLE);
                    assertThat(refused.failure().message()).contains("sums@1");
                });
    }

    @Test
    void moreNewTokensThanTheModelHasPositionsAreRefused() {
        List<TaskSpecification> tooLong = List.of(new TaskSpecification(EvaluationTask.EXACT_MATCH, 0, 64));

        assertThatThrownBy(() -> run(4, 64, tooLong, TinyCheckpoint.sums(2)))
                .isInstanceOfSatisfying(EvaluationException.class, refused -> {
                    assertThat(refused.failure().code()).isEqualTo(FailureCode.MODEL_NOT_USABLE);
                    assertThat(refused.failure().message()).contains("64");
                });
    }

    @Test
    void itIsAskedBetweenPiecesWhetherItIsStillWanted() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Path rows = Files.write(directory.resolve("rows"), TinyCheckpoint.sums(10));
        Evaluation evaluation = new Evaluation(
                model, TinyEvaluation.of("run-1:1", checkpoint, ANY_ROWS, TinyEvaluation.BOTH), 2, 16, () -> {
                    if (asked.incrementAndGet() == 3) {
                        throw new EvaluationException(FailureCode.EVALUATION_WITHDRAWN, "not wanted any more");
                    }
                });

        assertThatThrownBy(() -> evaluation.run(rows)).hasMessage("not wanted any more");
        assertThat(asked).hasValue(3);
    }

    private List<TaskScore> run(int generationBatch, int tokensPerRow, List<TaskSpecification> tasks, byte[] dataset)
            throws Exception {
        Path rows = Files.write(directory.resolve("rows"), dataset);
        return new Evaluation(
                        model,
                        TinyEvaluation.of("run-1:1", checkpoint, ANY_ROWS, tasks),
                        generationBatch,
                        tokensPerRow,
                        () -> {})
                .run(rows);
    }
}
