package io.finemesh.evaluator.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.cache.CacheSettings;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.evaluation.RangeScored;
import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.evaluation.TaskRecords;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.evaluator.answer.AnswerLines;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.answer.TurnWriter;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.fixture.MemoryStore;
import io.finemesh.evaluator.judge.CheckpointJudge;
import io.finemesh.evaluator.judge.Judge;
import io.finemesh.evaluator.judge.JudgeReply;
import io.finemesh.evaluator.server.ModelServer;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.trace.EvaluationSpans;
import io.finemesh.score.mtbench.JudgeRequest;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MT-bench as a job: two turns by the engine, rated by a judge, in FastChat's files. */
class OpenQuestionsTest {
    private static final String QUESTIONS = """
            {"question_id":81,"category":"writing","turns":["what is 1 plus 2 ?","what is 3 plus 4 ?"]}
            {"question_id":111,"category":"math","turns":["what is 5 plus 6 ?","what is 7 plus 8 ?"]}
            {"question_id":121,"category":"coding","turns":["what is 9 plus 1 ?"]}
            not a row
            """;

    private static final String REFERENCES = """
            {"question_id":111,"model_id":"ref","choices":[{"index":0,"turns":["11","15"]}]}
            {"question_id":121,"model_id":"ref","choices":[{"index":0,"turns":["10"]}]}
            """;

    @TempDir
    Path directory;

    private final MemoryStore store = new MemoryStore();
    private final List<EvaluationEvent> said = new CopyOnWriteArrayList<>();
    private final List<EvaluationDesk> desks = new CopyOnWriteArrayList<>();
    private final List<JudgeRequest> asked = new CopyOnWriteArrayList<>();
    private volatile Function<JudgeRequest, JudgeReply> remote = request -> new JudgeReply.Said("[[5]]");
    private CheckpointId checkpoint;
    private LoopbackVoice voice;
    private EvaluationDesk desk;

    @BeforeAll
    static void startBackend() {
        Backend.start(1);
    }

    @BeforeEach
    void open() throws IOException {
        checkpoint = store.addCheckpoint();
        voice = new LoopbackVoice(said::add, () -> List.copyOf(desks));
        desk = desk("a", new EvaluationDesk.Limits(2, 64, 2));
    }

    @AfterEach
    void closeDesks() {
        desks.forEach(EvaluationDesk::close);
        desks.forEach(each -> await().until(each::isClosed));
    }

    @Test
    void bothTurnsAreAnsweredAndRatedAsFastChatDoes() throws Exception {
        remote = request -> new JudgeReply.Said("so: [[" + (request.turn() == 1 ? 8 : 4) + "]]");

        EvaluationCompleted completed = (EvaluationCompleted) ended("1", remoteJudge());

        assertThat(asked)
                .extracting(request -> request.question() + " " + request.turn() + " " + request.prompt())
                .containsExactlyInAnyOrder(
                        "81 1 single-v1",
                        "111 1 single-math-v1",
                        "121 1 single-math-v1",
                        "81 2 single-v1-multi-turn",
                        "111 2 single-math-v1-multi-turn");
        assertThat(asked)
                .filteredOn(request -> request.question() == 111 && request.turn() == 2)
                .allSatisfy(request ->
                        assertThat(request.user()).contains("what is 5 plus 6 ?", "what is 7 plus 8 ?", "11", "15"));
        Map<String, Double> scores =
                completed.scores().stream().collect(Collectors.toMap(TaskScore::metric, TaskScore::value));
        assertThat(scores)
                .containsEntry("average", (3 * 8 + 2 * 4) / 5.0)
                .containsEntry("first_turn", 8.0)
                .containsEntry("second_turn", 4.0)
                .containsEntry("category,coding", 8.0)
                .containsEntry("category,math", 6.0)
                .containsEntry("without_rating", 0.0);
        assertThat(completed.scores()).as("three questions are no score").allMatch(TaskScore::limited);
        assertThat(completed.scores()).as("who rated goes with each figure").allMatch(score -> score.judge()
                .equals(Optional.of("gpt-x")));
        TaskRecords records = completed.records().orElseThrow().getFirst();
        List<JsonNode> judgments = lines(records.samples().digest());
        assertThat(judgments).hasSize(5).allSatisfy(line -> {
            assertThat(line.at("/judge/0").asText()).isEqualTo("gpt-x");
            assertThat(line.path("model").asText()).isEqualTo(checkpoint.value());
            assertThat(line.path("judgment").asText()).startsWith("so: [[");
        });
        JsonNode results =
                new ObjectMapper().readTree(store.bytes(records.results().digest()));
        assertThat(results.path("label").asText()).startsWith("limited run over 5 of 160");
        assertThat(results.path("answers")).hasSize(3);
        assertThat(results.path("left_out_rows")).hasSize(1);
        JsonNode first =
                new ObjectMapper().readTree(results.path("answers").get(0).asText());
        assertThat(first.at("/choices/0/turns")).hasSize(2);
    }

    @Test
    void whatWasRatedOnceIsNotRatedAgain() throws Exception {
        EvaluationCompleted first = (EvaluationCompleted) ended("1", remoteJudge());
        int requests = asked.size();

        EvaluationCompleted second = (EvaluationCompleted) ended("2", remoteJudge());

        assertThat(second.scores()).isEqualTo(first.scores());
        assertThat(asked).hasSize(requests);
    }

    @Test
    void aCheckpointJudgesWithTheSameEngine() throws Exception {
        EvaluationFailed failed = (EvaluationFailed) ended("1", judge(Optional.of(checkpoint), Optional.empty()));

        assertThat(failed.failure().code()).isEqualTo(FailureCode.EVALUATION_FAILED);
        assertThat(failed.failure().message())
                .as("a model of two layers rates nothing, and is asked all the same")
                .contains("no judgment of mt_bench has a rating")
                .doesNotContain("$ERROR$");
        assertThat(asked).as("the remote judge").isEmpty();
        SortedMap<Integer, Answer> answers = answers();
        assertThat(answers).hasSize(3);
        assertThat(answers.values())
                .flatExtracting(answer -> ((Answer.Judged) answer).replies())
                .hasSize(5)
                .noneMatch(reply -> reply.text().contains("$ERROR$"));
        Answer.Judged first = (Answer.Judged) answers.get(0);
        try (LoadedModel model = LoadedModel.load(fetcher("judge"), checkpoint, Precision.FP32, PromptTemplate.PLAIN)) {
            JudgeReply words = new CheckpointJudge("j", model.decoder(), model.tokenizer(), model.prompts())
                    .ask(new JudgeRequest(
                            81,
                            1,
                            "m",
                            Optional.empty(),
                            "single-v1",
                            "[[rating]]",
                            "",
                            "what is 1 plus 2 ? " + first.turns().getFirst()));
            assertThat(first.replies().getFirst().text())
                    .as("the judge's words")
                    .isNotBlank()
                    .isEqualTo(words.text());
        }
    }

    @Test
    void aJudgeThatSaysGarbageIsCountedAndOneThatCannotBeAskedEndsTheJob() throws Exception {
        remote = request -> request.question() == 81 && request.turn() == 1
                ? new JudgeReply.Said("I would rather not say")
                : new JudgeReply.Said("[[6]]");
        EvaluationCompleted completed = (EvaluationCompleted) ended("1", remoteJudge());
        assertThat(completed.scores())
                .filteredOn(score -> score.metric().equals("without_rating"))
                .extracting(TaskScore::value)
                .containsExactly(1.0);

        for (JudgeReply.Cause cause : JudgeReply.Cause.values()) {
            boolean counted = cause == JudgeReply.Cause.UNFIT;
            remote = request -> request.turn() == 2
                    ? new JudgeReply.Failed(cause, 3, "it answers [[7]] " + cause)
                    : new JudgeReply.Said("[[6]]");
            JudgeSettings other = judge(
                    Optional.empty(),
                    Optional.of(new RemoteModel("http://127.0.0.1:9/v1", "judge-" + cause, Optional.empty())));
            EvaluationEvent end = ended("of-" + cause, other);
            if (counted) {
                assertThat(((EvaluationCompleted) end).scores())
                        .filteredOn(score -> score.metric().equals("without_rating"))
                        .extracting(TaskScore::value)
                        .containsExactly(2.0);
                TaskRecords records =
                        ((EvaluationCompleted) end).records().orElseThrow().getFirst();
                assertThat(lines(records.samples().digest()))
                        .extracting(line -> line.path("judgment").asText())
                        .containsOnly("[[6]]", "$ERROR$: it answers ((7)) UNFIT");
            } else {
                assertThat(((EvaluationFailed) end).failure().message())
                        .contains("the judge: it answers [[7]] " + cause);
            }
        }
    }

    @Test
    void aJobWhoseJudgeFailsGoesOnBehindWhatIsRated() throws Exception {
        desks.forEach(EvaluationDesk::close);
        await().until(() -> desks.stream().allMatch(EvaluationDesk::isClosed));
        desks.clear();
        desk = desk("wide", new EvaluationDesk.Limits(8, 64, 8));
        StringBuilder questions = new StringBuilder();
        for (int id = 81; id < 87; id++) {
            questions.append(
                    "{\"question_id\":%d,\"category\":\"writing\",\"turns\":[\"what is %d ?\",\"and plus 2 ?\"]}\n"
                            .formatted(id, id - 80));
        }
        remote = request -> request.question() < 85
                ? new JudgeReply.Said("[[6]]")
                : new JudgeReply.Failed(JudgeReply.Cause.REFUSED, 1, "no such model");
        EvaluationFailed failed = (EvaluationFailed) ended("1", remoteJudge(), questions.toString());
        assertThat(failed.failure().message()).contains("no such model");
        Path journal;
        try (Stream<Path> files = Files.list(directory.resolve("wide/journals"))) {
            journal = files.toList().getFirst();
        }
        SortedMap<Integer, Answer> kept = AnswerLines.decode(Files.readAllBytes(journal));
        assertThat(kept.keySet()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(kept.values().stream().filter(Answer.Judged.class::isInstance))
                .as("rated before the judge failed")
                .hasSize(4);
        assertThat(kept.get(4)).as("written, and not rated").isInstanceOf(Answer.Unrated.class);
        // Other words in the first answer: were it written again, they would be gone.
        Answer.Judged first = (Answer.Judged) kept.get(0);
        kept.put(0, new Answer.Judged(List.of("kept", "words"), first.replies()));
        kept.put(4, new Answer.Unrated(List.of("unrated", "words")));
        Files.write(journal, AnswerLines.encode(kept));
        asked.clear();
        remote = request -> new JudgeReply.Said("[[3]]");

        EvaluationCompleted completed = (EvaluationCompleted) ended("2", remoteJudge(), questions.toString());

        assertThat(asked)
                .extracting(request -> request.question() + " " + request.turn())
                .containsExactlyInAnyOrder("85 1", "85 2", "86 1", "86 2");
        assertThat(((Answer.Judged) answers().get(0)).turns()).containsExactly("kept", "words");
        assertThat(((Answer.Judged) answers().get(4)).turns())
                .as("put to the judge as they were written")
                .containsExactly("unrated", "words");
        assertThat(asked)
                .filteredOn(request -> request.question() == 85 && request.turn() == 1)
                .singleElement()
                .satisfies(request -> assertThat(request.user()).contains("unrated"));
        assertThat(completed.scores())
                .filteredOn(score -> score.metric().equals("average"))
                .extracting(TaskScore::value)
                .containsExactly((4 * 6 + 2 * 3) / 6.0);
    }

    @Test
    void aPromptThatCannotBeFilledIsRefusedBeforeAnythingIsAsked() throws Exception {
        String unknown = JudgedMesh.prompts().replace("{question} {answer}\"", "{question} {reply}\"");
        String letter = JudgedMesh.prompts().replace("[[rating]]", "[[A]]");

        for (String wrong : List.of(unknown, letter)) {
            EvaluationFailed failed = (EvaluationFailed)
                    ended(wrong.equals(unknown) ? "1" : "2", remoteJudge(wrong, Optional.of(REFERENCES)));
            assertThat(failed.failure().code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
            assertThat(failed.failure().message())
                    .contains(
                            wrong.equals(unknown)
                                    ? "a value for {reply} in the judge's prompt single-v1, which may name question, answer"
                                    : "the output format [[rating]] of the judge's prompt single-v1, which has [[A]]");
        }
        assertThat(asked).isEmpty();
    }

    @Test
    void whatIsMissingIsSaidBeforeAnythingIsAsked() throws Exception {
        EvaluationFailed noReference =
                (EvaluationFailed) ended("1", remoteJudge(JudgedMesh.prompts(), Optional.empty()));
        EvaluationFailed noPrompt = (EvaluationFailed) ended(
                "2", remoteJudge(JudgedMesh.prompts().lines().findFirst().orElseThrow(), Optional.of(REFERENCES)));

        assertThat(noReference.failure().message()).contains("the reference answer to turn 1 of question 111 (math)");
        assertThat(noPrompt.failure().message()).contains("the judge's prompt single-v1-multi-turn");
        assertThat(asked).isEmpty();
    }

    /** Answers of all ranges that were scored. */
    private SortedMap<Integer, Answer> answers() {
        SortedMap<Integer, Answer> answers = new TreeMap<>();
        for (EvaluationEvent event : said) {
            if (event instanceof RangeScored range) {
                answers.putAll(AnswerLines.decode(store.bytes(range.answers().digest())));
            }
        }
        return answers;
    }

    private List<JsonNode> lines(BlobDigest blob) throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : new String(store.bytes(blob), UTF_8).split("\n")) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    private ResolvedDataset documents(String name, String rows) {
        var blob = store.add(rows.getBytes(UTF_8));
        return new ResolvedDataset(
                new DatasetVersion(name + "@1"),
                new BlobReference(new BlobDigest(blob.digest()), blob.sizeBytes()),
                rows.lines().count());
    }

    private static Optional<RemoteModel> remoteModel() {
        return Optional.of(new RemoteModel("http://127.0.0.1:9/v1", "gpt-x", Optional.empty()));
    }

    private JudgeSettings remoteJudge() {
        return judge(Optional.empty(), remoteModel());
    }

    private JudgeSettings remoteJudge(String prompts, Optional<String> references) {
        return new JudgeSettings(
                Optional.empty(),
                remoteModel(),
                documents("prompts", prompts),
                references.map(rows -> documents("references", rows)),
                Optional.empty(),
                Optional.empty());
    }

    private JudgeSettings judge(Optional<CheckpointId> judging, Optional<RemoteModel> model) {
        return new JudgeSettings(
                judging,
                model,
                documents("prompts", JudgedMesh.prompts()),
                Optional.of(documents("references", REFERENCES)),
                Optional.empty(),
                Optional.empty());
    }

    private EvaluationEvent ended(String id, JudgeSettings judge) throws Exception {
        return ended(id, judge, QUESTIONS);
    }

    private EvaluationEvent ended(String id, JudgeSettings judge, String questions) throws Exception {
        return OnDemand.ended(
                desk,
                said,
                id,
                new EvaluationWork(
                        checkpoint,
                        0,
                        Optional.of(documents("questions", questions)),
                        Map.of(),
                        List.of(new TaskSpecification(EvaluationTask.MT_BENCH, 0, 6)),
                        new EvaluationSettings(
                                PromptTemplate.PLAIN, Precision.FP32, 64, Optional.empty(), Optional.empty()),
                        Optional.empty(),
                        Optional.of(judge)));
    }

    private CheckpointFetcher fetcher(String name) throws IOException {
        BlobCache cache = BlobCache.open(
                new CacheSettings(directory.resolve(name).resolve("blobs"), 1 << 26, 1, Duration.ZERO, false),
                Clock.systemUTC());
        return new CheckpointFetcher(store, cache, Duration.ZERO, Clock.systemUTC(), Thread::sleep);
    }

    private EvaluationDesk desk(String name, EvaluationDesk.Limits limits) throws IOException {
        Path own = Files.createDirectories(directory.resolve(name));
        EvaluationDesk made = new EvaluationDesk(
                name,
                fetcher(name),
                own,
                new EvaluationSpans(OpenTelemetry.noop().getTracer("test")),
                Clock.systemUTC(),
                Thread::sleep,
                limits,
                voice,
                new RemoteAnswers() {
                    @Override
                    public Answerer of(RemoteModel model) throws EvaluationException {
                        throw new EvaluationException(FailureCode.INVALID_SPECIFICATION, "nobody answers here");
                    }

                    @Override
                    public TurnWriter turns(RemoteModel model) throws EvaluationException {
                        throw new EvaluationException(FailureCode.INVALID_SPECIFICATION, "nobody answers here");
                    }

                    @Override
                    public JudgeBudget ceiling() {
                        return JudgeBudget.of(10_000, 10_000_000);
                    }

                    @Override
                    public Judge judge(RemoteModel model, ModelServer.Budget budget) {
                        return new Judge() {
                            @Override
                            public String name() {
                                return model.model();
                            }

                            @Override
                            public JudgeReply ask(JudgeRequest request) {
                                asked.add(request);
                                return remote.apply(request);
                            }
                        };
                    }
                });
        desks.add(made);
        return made;
    }
}
