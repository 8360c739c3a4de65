package io.finemesh.evaluator.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.cache.CacheSettings;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.Outcomes;
import io.finemesh.contract.evaluation.RangeScored;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.store.DatasetForm;
import io.finemesh.contract.store.DatasetPart;
import io.finemesh.contract.store.DatasetParts;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.fixture.MemoryStore;
import io.finemesh.evaluator.fixture.TinyCheckpoint;
import io.finemesh.evaluator.fixture.TinyEvaluation;
import io.finemesh.evaluator.trace.EvaluationSpans;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several evaluators on one evaluation, and what is left of one that ends in the middle. */
class SharedEvaluationTest {
    private static final int ROWS = 23;
    private static final int RANGE = 5;

    @TempDir
    Path directory;

    private final MemoryStore store = new MemoryStore();
    private final List<EvaluationEvent> said = new CopyOnWriteArrayList<>();
    private final List<EvaluationDesk> desks = new CopyOnWriteArrayList<>();
    private final List<EvaluationDesk> opened = new CopyOnWriteArrayList<>();
    private volatile Interception interception = event -> {};

    private CheckpointId checkpoint;
    private BlobReference rows;
    private LoopbackVoice voice;

    private interface Interception {
        void before(EvaluationEvent event) throws InterruptedException;
    }

    @BeforeAll
    static void startBackend() {
        Backend.start(1);
    }

    @BeforeEach
    void commit() throws IOException {
        checkpoint = store.addCheckpoint();
        rows = store.add(TinyCheckpoint.sums(ROWS));
        voice = new LoopbackVoice(
                event -> {
                    try {
                        interception.before(event);
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException(stopped);
                    }
                    said.add(event);
                },
                () -> List.copyOf(desks));
    }

    @AfterEach
    void closeDesks() {
        opened.forEach(SharedEvaluationTest::closed);
    }

    private static void closed(EvaluationDesk desk) {
        desk.close();
        await().until(desk::isClosed);
    }

    @Test
    void twoEvaluatorsShareTheRangesAndFindWhatOneFindsAlone() throws Exception {
        EvaluationCompleted alone = completed(desk("a", 4), command("run-1:1"));
        List<TaskScore> expected = alone.scores();
        desks.clear();
        said.clear();
        EvaluationDesk leader = desk("b", 4);
        desk("c", 4);

        EvaluationCompleted shared = completed(leader, command("run-1:2"));

        assertThat(shared.scores()).isEqualTo(expected);
        assertThat(ranges()).hasSize(10);
        assertThat(ranges().stream().map(RangeScored::evaluator).distinct()).containsExactlyInAnyOrder("b", "c");
        for (String task : List.of("held_out_loss", "exact_match")) {
            assertThat(ranges().stream()
                            .filter(range -> range.task().equals(task))
                            .flatMap(range -> Stream.iterate(range.from(), i -> i < range.to(), i -> i + 1)))
                    .as("every question of %s once", task)
                    .doesNotHaveDuplicates()
                    .hasSize(ROWS);
        }
    }

    @Test
    void anEvaluatorThatIsKilledInTheMiddleOfARangeGoesOnBehindItsLastPiece() throws Exception {
        List<TaskSpecification> task = List.of(TinyEvaluation.BOTH.getLast());
        EvaluateCheckpoint command = TinyEvaluation.of("run-1:1", checkpoint, rows, task);
        CountDownLatch answered = new CountDownLatch(1);
        store.beforeUpload(() -> {
            answered.countDown();
            new CountDownLatch(1).await();
        });
        EvaluationDesk first = desk("a", 1);
        var _ = first.accept(TinyEvaluation.sent(command), EvaluationJob.of(command));
        answered.await();
        closed(first);
        assertThat(ranges()).as("a stop is no failure").isEmpty();
        store.beforeUpload(() -> {});
        Path journals = directory.resolve("a").resolve("journals");
        // As a kill in the middle of the range leaves it: two answers and half of the next. One is marked, so that it
        // is seen whether it was kept.
        Path journal;
        try (Stream<Path> files = Files.list(journals)) {
            journal = files.findFirst().orElseThrow();
        }
        List<String> lines = Files.readAllLines(journal);
        assertThat(lines).hasSize(RANGE);
        Files.writeString(
                journal,
                lines.get(0) + "\n{\"id\":1,\"text\":\"as it was\"}\n"
                        + lines.get(2).substring(0, 9));

        EvaluationCompleted resumed = completed(replaced("a", 1), command);

        List<String> records = samples(resumed);
        assertThat(records).hasSize(ROWS);
        assertThat(records.get(1)).contains("[\"as it was\"]");
        store.lose(ranges().getFirst().answers().digest());
        List<String> fresh = samples(completed(replaced("z", 1), command));
        for (int question = 0; question < ROWS; question++) {
            if (question != 1) {
                assertThat(records.get(question)).isEqualTo(fresh.get(question));
            }
        }
        try (Stream<Path> left = Files.list(journals)) {
            assertThat(left).as("journals of answered ranges").isEmpty();
        }
    }

    private List<String> samples(EvaluationCompleted result) {
        return new String(
                        store.bytes(result.records()
                                .orElseThrow()
                                .getFirst()
                                .samples()
                                .digest()),
                        StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    @Test
    void whatWasAnsweredOnceIsNeverAskedAgainWhoeverAsks() throws Exception {
        EvaluationDesk desk = desk("a", 4);
        EvaluationCompleted first = completed(desk, command("run-1:1"));
        int asked = voice.asked();

        EvaluationCompleted second = completed(desk, command("run-2:1"));
        assertThat(voice.asked()).isEqualTo(asked);
        assertThat(second.scores()).isEqualTo(first.scores());

        store.lose(ranges().getFirst().answers().digest());
        CheckpointId same = checkpoint;
        desks.clear();
        EvaluationDesk other = desk("b", 4);
        said.forEach(other::hear);
        EvaluationCompleted third = completed(other, command("run-3:1"));
        assertThat(third.checkpoint()).isEqualTo(same);
        assertThat(third.scores()).isEqualTo(first.scores());
        assertThat(voice.asked()).as("only the answers that were lost").isEqualTo(asked + 1);
    }

    @Test
    void aLeaderThatDiesIsFollowedByOneThatAsksOnlyForWhatIsMissing() throws Exception {
        CountDownLatch third = new CountDownLatch(3);
        interception = event -> {
            if (event instanceof RangeScored) {
                third.countDown();
            }
            if (third.getCount() == 0 && event instanceof RangeScored) {
                new CountDownLatch(1).await();
            }
        };
        EvaluationDesk leader = desk("a", 4);
        var _ = leader.accept(TinyEvaluation.sent(command("run-1:1")), EvaluationJob.of(command("run-1:1")));
        third.await();
        leader.close();
        interception = event -> {};
        desks.clear();
        int asked = voice.asked();

        EvaluationDesk next = desk("b", 4);
        said.forEach(next::hear);
        EvaluationCompleted result = completed(next, command("run-1:1"));

        assertThat(result.scores()).hasSize(3);
        assertThat(voice.asked() - asked).isEqualTo(10 - 2);
    }

    @Test
    void anEvaluationThatIsTakenBackEndsAndStaysEnded() throws Exception {
        EvaluationDesk desk = desk("a", 1);
        interception = event -> {
            if (event instanceof RangeScored) {
                desk.cancel(event.evaluation(), "no longer of interest");
            }
        };

        EvaluationFailed ended = failed(desk, command("run-1:1"));
        assertThat(ended.failure().code()).isEqualTo(FailureCode.EVALUATION_WITHDRAWN);
        assertThat(ended.failure().message()).contains("no longer of interest");
        assertThat(ranges().size()).isLessThan(10);

        interception = event -> {};
        desks.clear();
        assertThat(failed(desk("a", 1), command("run-1:1")).failure().code())
                .as("the request that comes again after a crash")
                .isEqualTo(FailureCode.EVALUATION_WITHDRAWN);
    }

    @Test
    void gsm8kIsAskedOfConversationsAndTellsEachOutcome() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int row = 0; row < 7; row++) {
            lines.append("""
                    {"messages":[{"role":"user","content":"what is %d plus 1 ?"},{"role":"assistant","content":"#### %d"}]}
                    """.formatted(row, row + 1));
        }
        BlobReference problems = store.add(lines.toString().getBytes(StandardCharsets.UTF_8));
        List<TaskSpecification> tasks = List.of(
                new TaskSpecification(EvaluationTask.GSM8K, 0, 3, options(OptionalInt.of(1))),
                new TaskSpecification(EvaluationTask.GSM8K_COT_ZEROSHOT, 5, 3));

        EvaluationCompleted result = completed(desk("a", 4), TinyEvaluation.of("run-1:1", checkpoint, problems, tasks));

        assertThat(result.scores())
                .extracting(score -> score.task() + " " + score.metric() + " " + score.samples())
                .containsExactly(
                        "gsm8k exact_match,strict-match 7",
                        "gsm8k exact_match,flexible-extract 7",
                        "gsm8k_cot_zeroshot exact_match,strict-match 5",
                        "gsm8k_cot_zeroshot exact_match,flexible-extract 5");
        assertThat(result.scores()).extracting(TaskScore::limited).containsExactly(false, false, true, true);
        for (TaskScore score : result.scores()) {
            Outcomes outcomes = score.outcomes().orElseThrow();
            assertThat(outcomes.count()).isEqualTo((int) score.samples());
            assertThat(outcomes.right().cardinality() / (double) outcomes.count())
                    .isEqualTo(score.value());
        }
        String samples = new String(
                store.bytes(result.records().orElseThrow().getFirst().samples().digest()), StandardCharsets.UTF_8);
        assertThat(samples.lines()).as("a line for each sample and filter").hasSize(14);
        assertThat(samples).contains("Question: what is 3 plus 1 ?\\nAnswer:", "strict-match", "doc_hash");
        String results = new String(
                store.bytes(result.records().orElseThrow().getLast().results().digest()), StandardCharsets.UTF_8);
        assertThat(results).contains("exact_match,flexible-extract", "\"original\": 7", "\"effective\": 5");
    }

    @Test
    void aDatasetInPartsIsReadInTheirOrder() throws Exception {
        EvaluationCompleted whole = completed(desk("a", 4), command("run-1:1"));
        List<String> lines = new String(TinyCheckpoint.sums(ROWS), StandardCharsets.UTF_8)
                .lines()
                .toList();
        List<DatasetPart> parts = new ArrayList<>();
        for (int from = 0; from < ROWS; from += 10) {
            List<String> some = lines.subList(from, Math.min(ROWS, from + 10));
            BlobReference part = store.add((String.join("\n", some) + "\n").getBytes(StandardCharsets.UTF_8));
            parts.add(new DatasetPart(
                    parts.size() + 1,
                    new io.finemesh.contract.store.BlobReference(new BlobDigest(part.digest()), part.sizeBytes()),
                    some.size()));
        }
        BlobReference list = store.add(WireMapper.create().writeValueAsBytes(new DatasetParts(parts)));
        EvaluateCheckpoint plain = TinyEvaluation.of("run-2:1", checkpoint, list, TinyEvaluation.BOTH);
        EvaluateCheckpoint inParts = new EvaluateCheckpoint(
                plain.evaluation(),
                plain.runId(),
                plain.checkpoint(),
                plain.afterSteps(),
                plain.dataset()
                        .map(rows -> new ResolvedDataset(
                                rows.version(), rows.blob(), rows.samples(), Optional.of(DatasetForm.PARTS))),
                plain.tasks(),
                plain.specification(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        int asked = voice.asked();
        assertThat(completed(desks.getFirst(), inParts).scores()).isEqualTo(whole.scores());
        assertThat(voice.asked()).as("the same questions of the same weights").isEqualTo(asked);
    }

    @Test
    void tasksThatCannotBeAskedAreRefusedInWords() throws Exception {
        assertThat(refusal(new TaskSpecification(EvaluationTask.MMLU, 0, 1))).contains("mmlu needs a subject");
        assertThat(refusal(new TaskSpecification(EvaluationTask.OWN, 0, 1))).contains("needs its definition");
        assertThat(refusal(EngineAnswersTest.own("task: t\nprompt: \"{question}\"\ntarget: x\nbest: yes\n")))
                .contains("best", "is not a key of a task file");
        assertThat(refusal(new TaskSpecification(EvaluationTask.AQUA, 0, 1)))
                .contains("none of the rows can be asked", "options");
        assertThat(refusal(new TaskSpecification(EvaluationTask.GSM8K_COT, 0, 1)))
                .contains("8 worked examples");
        assertThat(refusal(new TaskSpecification(
                        EvaluationTask.SVAMP,
                        0,
                        1,
                        Optional.of(new TaskOptions(
                                Optional.of("elsewhere"),
                                Optional.empty(),
                                OptionalInt.empty(),
                                false,
                                Optional.empty(),
                                Optional.empty())))))
                .contains("'elsewhere'");
    }

    private String refusal(TaskSpecification task) throws Exception {
        String rows23 = "{\"messages\":[{\"role\":\"user\",\"content\":\"what is 1 ?\"},"
                + "{\"role\":\"assistant\",\"content\":\"#### 1\"}]}\n";
        BlobReference one = store.add(rows23.getBytes(StandardCharsets.UTF_8));
        desks.clear();
        EvaluationFailed failed =
                failed(desk("refusing", 4), TinyEvaluation.of("run-1:" + task.task(), checkpoint, one, List.of(task)));
        assertThat(failed.failure().code()).isIn(FailureCode.INVALID_SPECIFICATION, FailureCode.DATASET_NOT_USABLE);
        return failed.failure().message();
    }

    private static Optional<TaskOptions> options(OptionalInt shots) {
        return Optional.of(
                new TaskOptions(Optional.empty(), Optional.empty(), shots, false, Optional.empty(), Optional.empty()));
    }

    private EvaluateCheckpoint command(String evaluation) {
        return TinyEvaluation.of(evaluation, checkpoint, rows, TinyEvaluation.BOTH);
    }

    private List<RangeScored> ranges() {
        return said.stream()
                .filter(RangeScored.class::isInstance)
                .map(RangeScored.class::cast)
                .toList();
    }

    private EvaluationCompleted completed(EvaluationDesk desk, EvaluateCheckpoint command) throws Exception {
        return (EvaluationCompleted) ended(desk, command);
    }

    private EvaluationFailed failed(EvaluationDesk desk, EvaluateCheckpoint command) throws Exception {
        return (EvaluationFailed) ended(desk, command);
    }

    private EvaluationEvent ended(EvaluationDesk desk, EvaluateCheckpoint command) throws Exception {
        CompletableFuture<Void> end = desk.accept(TinyEvaluation.sent(command), EvaluationJob.of(command))
                .toCompletableFuture();
        end.get();
        return new ArrayList<>(said)
                .reversed().stream()
                        .filter(event -> event instanceof EvaluationCompleted || event instanceof EvaluationFailed)
                        .findFirst()
                        .orElseThrow();
    }

    /** One desk in place of all others. */
    private EvaluationDesk replaced(String name, int batch) throws IOException {
        desks.clear();
        return desk(name, batch);
    }

    private EvaluationDesk desk(String name, int batch) throws IOException {
        Path own = Files.createDirectories(directory.resolve(name));
        BlobCache cache = BlobCache.open(
                new CacheSettings(own.resolve("blobs-" + desks.size() + said.size()), 1 << 26, 1, Duration.ZERO, false),
                Clock.systemUTC());
        EvaluationDesk desk = new EvaluationDesk(
                name,
                new CheckpointFetcher(store, cache, Duration.ZERO, Clock.systemUTC(), Thread::sleep),
                own,
                new EvaluationSpans(OpenTelemetry.noop().getTracer("test")),
                Clock.systemUTC(),
                Thread::sleep,
                new EvaluationDesk.Limits(batch, 64, RANGE),
                voice,
                LoopbackVoice.NO_REMOTE);
        desks.add(desk);
        opened.add(desk);
        return desk;
    }
}
