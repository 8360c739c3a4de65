package io.finemesh.evaluator.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.cache.CacheSettings;
import io.finemesh.checkpoint.change.Finding;
import io.finemesh.checkpoint.change.ReportJson;
import io.finemesh.checkpoint.change.TensorChange;
import io.finemesh.checkpoint.change.UpdateReport;
import io.finemesh.checkpoint.manifest.TrainedBy;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.TaskMetrics;
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
import io.finemesh.evaluator.trace.EvaluationSpans;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Update reports of committed checkpoints, as a job that evaluators share. */
class UpdateReportTest {
    private static final List<TaskSpecification> TASK =
            List.of(new TaskSpecification(EvaluationTask.UPDATE_REPORT, 0, 0));

    @TempDir
    Path directory;

    private final MemoryStore store = new MemoryStore();
    private final List<EvaluationEvent> said = new CopyOnWriteArrayList<>();
    private final List<EvaluationDesk> desks = new CopyOnWriteArrayList<>();

    private CheckpointId imported;
    private LoopbackVoice voice;
    private EvaluationDesk desk;

    @BeforeAll
    static void startBackend() {
        Backend.start(1);
    }

    @BeforeEach
    void open() throws IOException {
        imported = store.addCheckpoint();
        voice = new LoopbackVoice(said::add, () -> List.copyOf(desks));
        desk = desk("a");
    }

    @AfterEach
    void closeDesks() {
        desks.forEach(EvaluationDesk::close);
        desks.forEach(each -> await().until(each::isClosed));
    }

    @Test
    void aCheckpointIsComparedWithWhatItsRunStartedFrom() throws Exception {
        CheckpointId first = trained(imported, "run-1", 0, "model.layers.0.", 0.25f);
        CheckpointId second = trained(first, "run-1", 1, "model.layers.1.", 0.5f);
        CheckpointId third = trained(second, "run-2", 0, "model.layers.1.", 1f);

        UpdateReport ofTwoSegments = report(completed("1", second, Optional.empty()));
        UpdateReport ofTheNextRun = report(completed("2", third, Optional.empty()));

        assertThat(ofTwoSegments.base()).isEqualTo(imported.value());
        assertThat(ofTwoSegments.checkpoint()).isEqualTo(second.value());
        assertThat(ofTwoSegments.verdict()).isEqualTo(UpdateReport.Verdict.CHANGED);
        assertThat(ofTwoSegments.changed())
                .extracting(TensorChange::name)
                .allMatch(name -> name.startsWith("model.layers."))
                .hasSize(18);
        assertThat(ofTwoSegments.unchanged())
                .extracting(TensorChange::name)
                .containsExactlyInAnyOrder("lm_head.weight", "model.embed_tokens.weight", "model.norm.weight");
        assertThat(ofTheNextRun.base()).isEqualTo(second.value());
        assertThat(ofTheNextRun.changed()).hasSize(9).allSatisfy(tensor -> {
            assertThat(tensor.largest()).as(tensor.name()).isCloseTo(1, within(1e-6));
            long elements = tensor.shape().stream().reduce(1L, (one, other) -> one * other);
            assertThat(tensor.norm()).as(tensor.name()).isCloseTo(Math.sqrt(elements), within(1e-5));
            tensor.spectrum().ifPresent(spectrum -> assertThat(spectrum.effectiveRank())
                    .as("the same number everywhere is an outer product; rounding is the rest")
                    .isBetween(1.0, 1.001));
        });
    }

    @Test
    void anyCheckpointCanBeTheBase() throws Exception {
        CheckpointId first = trained(imported, "run-1", 0, "model.layers.0.", 0.25f);
        CheckpointId second = trained(first, "run-1", 1, "model.layers.1.", 0.5f);

        assertThat(report(completed("1", second, Optional.of(first))).changed()).hasSize(9);
        UpdateReport same = report(completed("2", first, Optional.of(first)));
        assertThat(same.verdict()).isEqualTo(UpdateReport.Verdict.UNCHANGED);
        assertThat(same.base()).isEqualTo(first.value());
    }

    @Test
    void figuresTellWhetherTheWeightsChanged() throws Exception {
        CheckpointId first = trained(imported, "run-1", 0, "model.layers.0.", 0.25f);

        Map<String, Double> figures = completed("1", first, Optional.empty()).scores().stream()
                .collect(Collectors.toMap(TaskScore::metric, TaskScore::value));

        assertThat(figures)
                .containsEntry("changed_tensors", 9.0)
                .containsEntry("unchanged_tensors", 12.0)
                .containsEntry("not_comparable_tensors", 0.0)
                .containsOnlyKeys(TaskMetrics.of(EvaluationTask.UPDATE_REPORT, "update_report"));
    }

    @Test
    void twoEvaluatorsShareTheTensorsAndNothingIsMeasuredTwice() throws Exception {
        CheckpointId first = trained(imported, "run-1", 0, "model.layers.0.", 0.25f);
        UpdateReport alone = report(completed("1", first, Optional.empty()));
        int asked = voice.asked();

        UpdateReport again = report(completed("2", first, Optional.empty()));

        assertThat(again).isEqualTo(alone);
        assertThat(voice.asked()).as("the same weights against the same base").isEqualTo(asked);
        desks.remove(desk);
        desk.close();
        await().until(desk::isClosed);
        EvaluationDesk leader = desk("b");
        desk("c");
        desk = leader;
        assertThat(report(completed("3", first, Optional.empty()))).isEqualTo(alone);
    }

    @Test
    void weightsThatAreNoNumbersAreFound() throws Exception {
        CheckpointId broken = trained(imported, "run-1", 0, "model.layers.0.", Float.NaN);

        UpdateReport report = report(completed("1", broken, Optional.empty()));

        assertThat(report.verdict()).isEqualTo(UpdateReport.Verdict.DOUBTFUL);
        assertThat(report.found()).hasSize(9).allMatch(found -> found.finding() == Finding.NOT_FINITE);
    }

    @Test
    void anImportedCheckpointNeedsABase() throws Exception {
        EvaluationFailed failed = (EvaluationFailed) ended("1", imported, Optional.empty());

        assertThat(failed.failure().code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
        assertThat(failed.failure().message()).contains("imported", "name the checkpoint");
    }

    private static UpdateReport read(byte[] json) throws Exception {
        return ReportJson.report(new ObjectMapper().readTree(json));
    }

    private UpdateReport report(EvaluationCompleted completed) throws Exception {
        var records = completed.records().orElseThrow().getFirst();
        assertThat(records.task()).isEqualTo("update_report");
        UpdateReport report = read(store.bytes(records.results().digest()));
        assertThat(new String(store.bytes(records.samples().digest()), UTF_8).lines())
                .as("a line for each tensor")
                .hasSize(report.tensors().size());
        return report;
    }

    private EvaluationCompleted completed(String id, CheckpointId checkpoint, Optional<CheckpointId> base)
            throws Exception {
        return (EvaluationCompleted) ended(id, checkpoint, base);
    }

    private EvaluationEvent ended(String id, CheckpointId checkpoint, Optional<CheckpointId> base) throws Exception {
        return OnDemand.ended(
                desk,
                said,
                id,
                new EvaluationWork(
                        checkpoint,
                        0,
                        Optional.empty(),
                        Map.of(),
                        TASK,
                        new EvaluationSettings(
                                PromptTemplate.PLAIN, Precision.FP32, 64, Optional.empty(), Optional.empty()),
                        base,
                        Optional.empty()));
    }

    private CheckpointId trained(CheckpointId parent, String run, int segment, String layer, float by)
            throws IOException {
        return store.addMoved(parent, new TrainedBy(run, segment, 9 + 10L * segment), layer, by);
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
                new EvaluationDesk.Limits(4, 64, 5),
                voice,
                LoopbackVoice.NO_REMOTE);
        desks.add(made);
        return made;
    }
}
