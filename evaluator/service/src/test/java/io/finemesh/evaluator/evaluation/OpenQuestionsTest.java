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
import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.evaluation.RequestEvaluation;
import io.finemesh.contract.evaluation.TaskRecords;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.fixture.MemoryStore;
import io.finemesh.evaluator.judge.Judge;
import io.finemesh.evaluator.judge.JudgeReply;
import io.finemesh.evaluator.trace.EvaluationSpans;
import io.finemesh.score.mtbench.JudgeRequest;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
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
        desk = desk("a");
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
                .contains("no judgment of mt_bench has a rating");
        assertThat(asked).as("the remote judge").isEmpty();
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
            boolean counted = cause == JudgeReply.Cause.UNREADABLE || cause == JudgeReply.Cause.REFUSED;
            remote = request -> request.turn() == 2
                    ? new JudgeReply.Failed(cause, 3, "it answers " + cause)
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
            } else {
                assertThat(((EvaluationFailed) end).failure().message()).contains("the judge: it answers " + cause);
            }
        }
    }

    @Test
    void whatIsMissingIsSaidBeforeAnythingIsAsked() throws Exception {
        EvaluationFailed noReference = (EvaluationFailed) ended(
                "1",
                new JudgeSettings(Optional.empty(), remoteModel(), documents("prompts", prompts()), Optional.empty()));
        EvaluationFailed noPrompt = (EvaluationFailed) ended(
                "2",
                new JudgeSettings(
                        Optional.empty(),
                        remoteModel(),
                        documents("prompts", prompts().lines().findFirst().orElseThrow()),
                        Optional.of(documents("references", REFERENCES))));

        assertThat(noReference.failure().message()).contains("the reference answer to turn 1 of question 111 (math)");
        assertThat(noPrompt.failure().message()).contains("the judge's prompt single-v1-multi-turn");
        assertThat(asked).isEmpty();
    }

    private List<JsonNode> lines(BlobDigest blob) throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : new String(store.bytes(blob), UTF_8).split("\n")) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    /** Prompts of the test's own, with the fields that the published ones have. */
    private static String prompts() {
        StringBuilder lines = new StringBuilder();
        for (String name :
                List.of("single-v1", "single-math-v1", "single-v1-multi-turn", "single-math-v1-multi-turn")) {
            boolean two = name.endsWith("turn");
            boolean reference = name.contains("math");
            String template = (two ? "{question_1} {answer_1} {question_2} {answer_2}" : "{question} {answer}")
                    + (reference ? two ? " {ref_answer_1} {ref_answer_2}" : " {ref_answer_1}" : "");
            lines.append(
                    "{\"name\":\"%s\",\"system_prompt\":\"\",\"prompt_template\":\"%s\",\"output_format\":\"[[rating]]\"}\n"
                            .formatted(name, template));
        }
        return lines.toString();
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

    private JudgeSettings judge(Optional<CheckpointId> judging, Optional<RemoteModel> model) {
        return new JudgeSettings(
                judging, model, documents("prompts", prompts()), Optional.of(documents("references", REFERENCES)));
    }

    private EvaluationEvent ended(String id, JudgeSettings judge) throws Exception {
        RequestEvaluation request = new RequestEvaluation(
                new EvaluationId("ev-" + id),
                new EvaluationWork(
                        checkpoint,
                        0,
                        Optional.of(documents("questions", QUESTIONS)),
                        Map.of(),
                        List.of(new TaskSpecification(EvaluationTask.MT_BENCH, 0, 6)),
                        new EvaluationSettings(
                                PromptTemplate.PLAIN, Precision.FP32, 64, Optional.empty(), Optional.empty()),
                        Optional.empty(),
                        Optional.of(judge)));
        desk.accept(
                        Envelope.starting(
                                new EventId("command-" + id),
                                "/gateway",
                                request.evaluation().value(),
                                Instant.EPOCH,
                                Optional.empty(),
                                request),
                        EvaluationJob.of(request))
                .toCompletableFuture()
                .get();
        return new ArrayList<>(said)
                .reversed().stream()
                        .filter(event -> event instanceof EvaluationCompleted || event instanceof EvaluationFailed)
                        .findFirst()
                        .orElseThrow();
    }

    private EvaluationDesk desk(String name) throws IOException {
        Path own = Files.createDirectories(directory.resolve(name));
        BlobCache cache = BlobCache.open(
                new CacheSettings(own.resolve("blobs"), 1 << 26, 1, Duration.ZERO, false), Clock.systemUTC());
        EvaluationDesk made = new EvaluationDesk(
                name,
                new CheckpointFetcher(store, cache, Duration.ZERO, Clock.systemUTC(), Thread::sleep),
                own,
                new EvaluationSpans(OpenTelemetry.noop().getTracer("test")),
                Clock.systemUTC(),
                Thread::sleep,
                new EvaluationDesk.Limits(2, 64, 2),
                voice,
                new RemoteAnswers() {
                    @Override
                    public Answerer of(RemoteModel model) throws EvaluationException {
                        throw new EvaluationException(FailureCode.INVALID_SPECIFICATION, "nobody answers here");
                    }

                    @Override
                    public Judge judge(RemoteModel model) {
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
