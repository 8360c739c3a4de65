package io.finemesh.evaluator.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.cache.CacheSettings;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.evaluation.TaskRecords;
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
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.answer.RemoteAnswerer;
import io.finemesh.evaluator.answer.RemoteTurns;
import io.finemesh.evaluator.answer.TurnWriter;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.fixture.MemoryStore;
import io.finemesh.evaluator.judge.FakeJudgeServer;
import io.finemesh.evaluator.judge.HttpJudge;
import io.finemesh.evaluator.judge.Judge;
import io.finemesh.evaluator.server.ModelServer;
import io.finemesh.evaluator.server.ServerSettings;
import io.finemesh.evaluator.trace.EvaluationSpans;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Evaluators with open questions, and servers that answer and rate in earnest, over HTTP. */
final class JudgedMesh implements AutoCloseable {
    private static final List<String> SINGLE =
            List.of("single-v1", "single-math-v1", "single-v1-multi-turn", "single-math-v1-multi-turn");

    final MemoryStore store = new MemoryStore();
    final List<EvaluationEvent> said = new CopyOnWriteArrayList<>();
    final CheckpointId checkpoint;
    private final List<EvaluationDesk> desks = new CopyOnWriteArrayList<>();
    private final List<EvaluationDesk> opened = new CopyOnWriteArrayList<>();
    private final LoopbackVoice voice = new LoopbackVoice(said::add, () -> List.copyOf(desks));
    private final Path directory;
    private final int attempts;
    JudgeBudget ceiling = JudgeBudget.of(10_000, 10_000_000);

    /** @param attempts how often a request is tried */
    JudgedMesh(Path directory, int attempts) throws IOException {
        Backend.start(1);
        this.directory = directory;
        this.attempts = attempts;
        this.checkpoint = store.addCheckpoint();
    }

    /** So many questions of two turns that need no reference answer. */
    static String questions(int count) {
        StringBuilder lines = new StringBuilder();
        for (int id = 81; id < 81 + count; id++) {
            lines.append("{\"question_id\":%d,\"category\":\"writing\",\"turns\":[\"what is %d ?\",\"and plus 2 ?\"]}\n"
                    .formatted(id, id - 80));
        }
        return lines.toString();
    }

    /** Prompts of the test's own, with the fields that the published ones have. */
    static String prompts() {
        StringBuilder lines = new StringBuilder();
        for (String name : SINGLE) {
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

    ResolvedDataset documents(String name, String rows) {
        var blob = store.add(rows.getBytes(UTF_8));
        return new ResolvedDataset(
                new DatasetVersion(name + "@1"),
                new BlobReference(new BlobDigest(blob.digest()), blob.sizeBytes()),
                rows.lines().count());
    }

    static RemoteModel model(FakeJudgeServer server, String name) {
        return new RemoteModel(server.endpoint().toString(), name, Optional.empty());
    }

    JudgeSettings judge(FakeJudgeServer server, Optional<JudgeBudget> budget) {
        return new JudgeSettings(
                Optional.empty(),
                Optional.of(model(server, "judge-1")),
                documents("prompts", prompts()),
                Optional.empty(),
                budget,
                Optional.empty());
    }

    EvaluationWork work(EvaluationTask task, String questions, JudgeSettings judge) {
        return work(task, questions, judge, Optional.empty(), Optional.empty());
    }

    EvaluationWork work(
            EvaluationTask task,
            String questions,
            JudgeSettings judge,
            Optional<CheckpointId> base,
            Optional<RemoteModel> answering) {
        return new EvaluationWork(
                checkpoint,
                0,
                Optional.of(documents("questions", questions)),
                Map.of(),
                List.of(new TaskSpecification(task, 0, 6)),
                new EvaluationSettings(PromptTemplate.PLAIN, Precision.FP32, 64, Optional.empty(), answering),
                base,
                Optional.of(judge));
    }

    /** Asks the first evaluator and waits for the end. */
    EvaluationEvent ended(String id, EvaluationWork work) throws Exception {
        return OnDemand.ended(desks.getFirst(), said, id, work);
    }

    /** Another evaluator, with what one of its name left on its disk; it hears all that was said before. */
    EvaluationDesk desk(String name, int rangeSamples) throws IOException {
        Path own = Files.createDirectories(directory.resolve(name));
        EvaluationDesk made = new EvaluationDesk(
                name,
                fetcher(own),
                own,
                new EvaluationSpans(OpenTelemetry.noop().getTracer("test")),
                Clock.systemUTC(),
                Thread::sleep,
                new EvaluationDesk.Limits(2, 64, rangeSamples),
                voice,
                new Servers());
        said.forEach(made::hear);
        desks.add(made);
        opened.add(made);
        return made;
    }

    /** Ends an evaluator as a kill does: nothing that it has under way is finished. */
    void kill(EvaluationDesk desk) {
        desks.remove(desk);
        desk.close();
        await().until(desk::isClosed);
    }

    List<JsonNode> lines(TaskRecords records) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : new String(store.bytes(records.samples().digest()), UTF_8).split("\n")) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    private CheckpointFetcher fetcher(Path own) throws IOException {
        BlobCache cache = BlobCache.open(
                new CacheSettings(own.resolve("blobs-" + opened.size()), 1 << 26, 1, Duration.ZERO, false),
                Clock.systemUTC());
        return new CheckpointFetcher(store, cache, Duration.ZERO, Clock.systemUTC(), Thread::sleep);
    }

    private final class Servers implements RemoteAnswers {
        @Override
        public Answerer of(RemoteModel model) {
            return new RemoteAnswerer(settings(model), 3, _ -> {}, Clock.systemUTC());
        }

        @Override
        public TurnWriter turns(RemoteModel model) {
            return new RemoteTurns(settings(model), 3, _ -> {}, Clock.systemUTC());
        }

        @Override
        public JudgeBudget ceiling() {
            return ceiling;
        }

        @Override
        public Judge judge(RemoteModel model, ModelServer.Budget budget) {
            return new HttpJudge(settings(model), budget, _ -> {}, Clock.systemUTC());
        }

        private ServerSettings settings(RemoteModel model) {
            return new ServerSettings(
                    URI.create(model.url()),
                    Optional.empty(),
                    model.model(),
                    attempts,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ofSeconds(60),
                    1_000_000);
        }
    }

    @Override
    public void close() {
        opened.forEach(EvaluationDesk::close);
        opened.forEach(each -> await().until(each::isClosed));
    }
}
