package io.finemesh.evaluator.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.engine.data.LongSamples;
import io.finemesh.engine.loss.EvaluationPass;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.evaluator.answer.EngineAnswerer;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.fixture.MemoryStore;
import io.finemesh.evaluator.fixture.TinyCheckpoint;
import io.finemesh.evaluator.fixture.TinyEvaluation;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.evaluator.task.TaskCatalogue;
import io.finemesh.score.task.Response;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineAnswersTest {
    private static final BlobReference ANY_ROWS = new BlobReference("ab".repeat(32), 1);

    @TempDir
    static Path cacheDirectory;

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
    void answersDoNotDependOnHowMuchIsComputedAtOnce() throws Exception {
        for (TaskSpecification task : TinyEvaluation.BOTH) {
            Measurement measurement = TaskCatalogue.measure(task, TinyCheckpoint.sums(11), Optional.empty());

            SortedMap<Integer, Answer> together = answers(64, 4096, measurement);
            SortedMap<Integer, Answer> apart = answers(1, 16, measurement);

            assertThat(together).hasSize(11).containsOnlyKeys(apart.keySet());
            together.forEach((question, answer) -> {
                switch (answer) {
                    case Answer.Lost lost -> {
                        Answer.Lost other = (Answer.Lost) apart.get(question);
                        assertThat(lost.tokens()).isEqualTo(other.tokens());
                        assertThat(lost.negativeLogLikelihood()).isCloseTo(other.negativeLogLikelihood(), within(1e-4));
                    }
                    case Answer.Written written -> assertThat(written).isEqualTo(apart.get(question));
                    case Answer.Weighed _, Answer.Judged _, Answer.Unrated _, Answer.Compared _ ->
                        throw new AssertionError("nothing is weighed here");
                }
            });
        }
    }

    @Test
    void batchesOfOneSevenAndThirtyTwoGiveTheSameTexts() throws Exception {
        StringBuilder rows = new StringBuilder();
        for (int row = 0; row < 40; row++) {
            rows.append("{\"question\":\"what is %s%d ?\",\"answer\":\"#### %d\"}\n"
                    .formatted("1 plus ".repeat(row % 9), row, row));
        }
        Measurement measurement = TaskCatalogue.measure(
                new TaskSpecification(EvaluationTask.GSM8K_COT_ZEROSHOT, 0, 12),
                rows.toString().getBytes(UTF_8),
                Optional.empty());

        SortedMap<Integer, Answer> alone = answers(1, 64, measurement);

        assertThat(alone).hasSize(40);
        assertThat(alone.values().stream().distinct()).as("different texts").hasSizeGreaterThan(5);
        assertThat(answers(7, 64, measurement)).isEqualTo(alone);
        assertThat(answers(32, 64, measurement)).isEqualTo(alone);
    }

    @Test
    void aStopThatIsSpreadOverTokensEndsTheAnswerBeforeIt() throws Exception {
        byte[] rows = "{\"question\":\"what is 3 ?\",\"answer\":\"3\"}\n".getBytes(UTF_8);
        String plain = "task: t\nprompt: \"{question}\"\ntarget: \"{answer}\"\nlongest: 8\n";
        TaskSpecification free =
                new TaskSpecification(EvaluationTask.OWN, 0, 8, own(plain).options());
        String said = ((Answer.Written) answers(1, 64, TaskCatalogue.measure(free, rows, Optional.empty()))
                        .get(0))
                .text();
        String[] words = said.strip().split(" +");
        assertThat(words).as("what it says unstopped: %s", said).hasSizeGreaterThan(4);
        String stop = words[2] + " " + words[3];
        TaskSpecification stopped = new TaskSpecification(
                EvaluationTask.OWN,
                0,
                8,
                own(plain + "stops: [\"" + stop + "\"]\n").options());

        Answer.Written cut = (Answer.Written) answers(1, 64, TaskCatalogue.measure(stopped, rows, Optional.empty()))
                .get(0);

        assertThat(cut.text()).isEqualTo(said.substring(0, said.indexOf(stop)));
    }

    /** A template that writes the words and the end of text, with a space between, says the same as the plain one does. */
    @Test
    void aModelsOwnTemplateAsksAsItWasTrained() throws Exception {
        CheckpointId own = store.addCheckpoint(Map.of(
                "tokenizer_config.json",
                "{\"eos_token\":\"</s>\",\"chat_template\":\"{% for m in messages %} {{ m.content }}"
                        + "{% if m.role == 'assistant' %} {{ eos_token }}{% endif %}{% endfor %}\"}"));
        try (LoadedModel chat = LoadedModel.load(fetcher, own, Precision.FP32, PromptTemplate.CHAT)) {
            for (TaskSpecification task : TinyEvaluation.BOTH) {
                Measurement measurement = TaskCatalogue.measure(task, TinyCheckpoint.sums(7), Optional.empty());
                SortedMap<Integer, Answer> answers = new TreeMap<>();
                answerer(chat, 4, 64).answer(measurement, all(measurement), answers::putAll);

                assertThat(answers).isEqualTo(answers(4, 64, measurement));
            }
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
    void aLimitTakesTheFirstSamplesAndMarksTheMeasurement() {
        TaskSpecification first = new TaskSpecification(EvaluationTask.HELD_OUT_LOSS, 3, 1);

        Measurement some = TaskCatalogue.measure(first, TinyCheckpoint.sums(10), Optional.empty());
        Measurement all = TaskCatalogue.measure(first, TinyCheckpoint.sums(3), Optional.empty());

        assertThat(some.size()).isEqualTo(3);
        assertThat(some.limited()).isTrue();
        assertThat(all.limited()).as("the limit left nothing out").isFalse();
        assertThat(((Measurement.Losses) some).conversations()).isEqualTo(((Measurement.Losses) all).conversations());
    }

    @Test
    void moreNewTokensThanTheModelHasPositionsAreRefused() {
        TaskSpecification tooLong = new TaskSpecification(EvaluationTask.EXACT_MATCH, 0, 64);
        Measurement measurement = TaskCatalogue.measure(tooLong, TinyCheckpoint.sums(2), Optional.empty());

        assertThatThrownBy(() -> answers(4, 64, measurement))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64");
    }

    @Test
    void aPieceThatIsNotTakenEndsTheWork() {
        Measurement measurement =
                TaskCatalogue.measure(TinyEvaluation.BOTH.getLast(), TinyCheckpoint.sums(10), Optional.empty());
        List<Integer> taken = new ArrayList<>();

        assertThatThrownBy(() -> answerer(2, 16).answer(measurement, all(measurement), piece -> {
                    taken.addAll(piece.keySet());
                    if (taken.size() == 4) {
                        throw new EvaluationException(FailureCode.EVALUATION_WITHDRAWN, "not wanted any more");
                    }
                }))
                .hasMessage("not wanted any more");
        assertThat(taken).containsExactly(0, 1, 2, 3);
    }

    @Test
    void choicesAreWeighedByWhatTheModelGivesTheirTokensAfterTheQuestion() throws Exception {
        TaskSpecification own = own("""
                task: parity
                prompt: "what is {a} plus {b} ?"
                target: "{sum}"
                choices: [ "1", "2", "3" ]
                """);
        byte[] rows = "{\"a\":1,\"b\":1,\"sum\":\"2\"}\n{\"a\":2,\"b\":1,\"sum\":\"3\"}\n".getBytes(UTF_8);
        Measurement measurement = TaskCatalogue.measure(own, rows, Optional.empty());

        SortedMap<Integer, Answer> together = answers(8, 4096, measurement);
        SortedMap<Integer, Answer> apart = answers(1, 1, measurement);

        Answer.Weighed first = (Answer.Weighed) together.get(0);
        assertThat(first.weights()).hasSize(3).allMatch(weight -> weight.logLikelihood() < 0);
        for (int choice = 0; choice < 3; choice++) {
            assertThat(first.weights().get(choice).logLikelihood())
                    .isCloseTo(
                            ((Answer.Weighed) apart.get(0))
                                    .weights()
                                    .get(choice)
                                    .logLikelihood(),
                            within(1e-4));
        }
        // The same by the loss of the conversation: one token after the same question.
        double[] byLoss = lossOf("what is 1 plus 1 ?", "2");
        assertThat(first.weights().get(1).logLikelihood()).isCloseTo(-byLoss[0], within(1e-4));
        Response response = new Response.Weighed(first.weights());
        Measurement.Questions questions = (Measurement.Questions) measurement;
        assertThat(questions
                        .task()
                        .judge(questions.examples().getFirst(), response)
                        .getFirst()
                        .metrics())
                .containsKeys("acc", "acc_norm");
    }

    /** Loss of the first token that is said to a question, by the pass that training is measured with. */
    private static double[] lossOf(String question, String answer) {
        int[] before = model.tokenizer().encode(question);
        int[] said = model.tokenizer().encode(answer);
        int[] targets = new int[before.length];
        Arrays.fill(targets, PackedRow.NO_TARGET);
        targets[before.length - 1] = said[0];
        float[] losses = new EvaluationPass(model.decoder())
                .perToken(new PackedRow(before, new int[] {0, before.length}, targets));
        return new double[] {losses[0]};
    }

    static TaskSpecification own(String definition) {
        return new TaskSpecification(
                EvaluationTask.OWN,
                0,
                2,
                Optional.of(new TaskOptions(
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        false,
                        Optional.empty(),
                        Optional.of(definition))));
    }

    private static SortedMap<Integer, Answer> answers(int generationBatch, int tokensPerRow, Measurement measurement)
            throws Exception {
        SortedMap<Integer, Answer> answers = new TreeMap<>();
        answerer(generationBatch, tokensPerRow).answer(measurement, all(measurement), answers::putAll);
        return answers;
    }

    private static List<Integer> all(Measurement measurement) {
        return IntStream.range(0, measurement.size()).boxed().toList();
    }

    private static EngineAnswerer answerer(int generationBatch, int tokensPerRow) {
        return answerer(model, generationBatch, tokensPerRow);
    }

    private static EngineAnswerer answerer(LoadedModel loaded, int generationBatch, int tokensPerRow) {
        int cutoff = TinyEvaluation.of("run-1:1", checkpoint, ANY_ROWS, TinyEvaluation.BOTH)
                .work()
                .settings()
                .cutoffTokens();
        return new EngineAnswerer(
                loaded.decoder(),
                loaded.tokenizer(),
                loaded.prompts(),
                cutoff,
                LongSamples.TRUNCATE,
                generationBatch,
                tokensPerRow);
    }
}
