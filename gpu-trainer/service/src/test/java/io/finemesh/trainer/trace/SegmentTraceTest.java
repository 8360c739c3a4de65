package io.finemesh.trainer.trace;

import static io.finemesh.trainer.fixture.Recorder.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.TraceDetail;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.fixture.Workbench;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chain from the submission to each step and upload, as a trace backend would see it. */
class SegmentTraceTest {
    private static final AttributeKey<Long> STEP = AttributeKey.longKey("finemesh.step");

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();
    private CheckpointId model;
    private TinyRun run;

    @BeforeEach
    void fillTheStore() {
        model = store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        run = TinyRun.bAdam(store.add(TinyData.sums(40)), 3, 4).traced(TraceDetail.PER_STEP);
    }

    @Test
    void aSegmentIsATraceLinkedToTheSubmissionAndToTheSegmentBefore() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            List<CheckpointId> checkpoints = bench.train(run, 0, 2, model);
            List<SpanData> segments = spans(bench, "train.segment", 2);

            SpanData first = segments.getFirst();
            SpanData second = segments.getLast();
            assertThat(first.getParentSpanId()).isEqualTo(SpanId.getInvalid());
            assertThat(second.getTraceId()).isNotEqualTo(first.getTraceId());
            assertThat(links(first)).containsExactly("0af7651916cd43dd8448eb211c80319c/b7ad6b7169203331");
            assertThat(links(second))
                    .containsExactly(
                            "0af7651916cd43dd8448eb211c80319c/b7ad6b7169203331",
                            first.getTraceId() + "/" + first.getSpanId());
            assertThat(first.getAttributes().asMap())
                    .containsEntry(TrainerTracing.RUN, "run-badam")
                    .containsEntry(TrainerTracing.TRAINER, "trainer-0")
                    .containsEntry(TrainerTracing.SEGMENT, 0L)
                    .containsEntry(TrainerTracing.BLOCK, "layer.0")
                    .containsEntry(TrainerTracing.EPOCH, 100L)
                    .containsEntry(TrainerTracing.FIRST_STEP, 0L)
                    .containsEntry(TrainerTracing.STEPS, 4L)
                    .containsEntry(TrainerTracing.BASE, model.value())
                    .containsEntry(
                            TrainerTracing.CHECKPOINT, checkpoints.getFirst().value());
        }
    }

    @Test
    void eventsCarryTheContextOfTheSegmentsSpanAndOfTheSubmission() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.train(run, 0, 1, model);
            SpanContext segment = spans(bench, "train.segment", 1).getFirst().getSpanContext();
            String traceparent = "00-" + segment.getTraceId() + "-" + segment.getSpanId() + "-01";

            assertThat(bench.recorder().of(SegmentStarted.class).getFirst().traceparent())
                    .isEqualTo(traceparent);
            assertThat(bench.recorder().of(SegmentTrained.class).getFirst().traceparent())
                    .isEqualTo(traceparent);
            assertThat(bench.recorder().envelopes()).allSatisfy(envelope -> {
                assertThat(envelope.traceparent()).contains(TinyRun.SUBMISSION);
                assertThat(envelope.correlation()).contains("run-badam");
                assertThat(envelope.causation().orElseThrow().value()).isEqualTo("train-run-badam-0-100");
                assertThat(envelope.source()).isEqualTo("/gpu-trainer/trainer-0");
                assertThat(envelope.key()).isEqualTo("run-badam");
            });
            assertThat(bench.recorder().envelopes())
                    .extracting(envelope -> envelope.id())
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void eachStepIsASpanInItsSegmentWithItsPhases() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.train(run, 0, 1, model);
            SpanData segment = spans(bench, "train.segment", 1).getFirst();
            List<SpanData> steps = spans(bench, "optimizer.step", 4);

            assertThat(steps).extracting(step -> step.getAttributes().get(STEP)).containsExactly(0L, 1L, 2L, 3L);
            long end = segment.getStartEpochNanos();
            for (int i = 0; i < 4; i++) {
                SpanData step = steps.get(i);
                StepCompleted said = bench.recorder().of(StepCompleted.class).get(i);
                assertThat(step.getParentSpanContext().getSpanId()).isEqualTo(segment.getSpanId());
                assertThat(step.getStartEpochNanos()).isBetween(end, step.getEndEpochNanos());
                assertThat(step.getAttributes().get(AttributeKey.doubleKey("finemesh.step.loss")))
                        .isEqualTo(said.loss());
                said.phaseMicros().forEach((phase, micros) -> assertThat(step.getAttributes()
                                .get(AttributeKey.longKey("finemesh.step.phase." + phase + "_micros")))
                        .isEqualTo(micros));
                end = step.getEndEpochNanos();
            }
            assertThat(segment.getEndEpochNanos()).isGreaterThanOrEqualTo(end);
        }
    }

    @Test
    void theUploadIsASpanInItsSegment() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            CheckpointId checkpoint = bench.train(run, 0, 1, model).getFirst();
            SpanData segment = spans(bench, "train.segment", 1).getFirst();
            SpanData upload = spans(bench, "checkpoint.upload", 1).getFirst();

            assertThat(upload.getParentSpanContext().getSpanId()).isEqualTo(segment.getSpanId());
            assertThat(upload.getAttributes().get(TrainerTracing.CHECKPOINT)).isEqualTo(checkpoint.value());
            assertThat(upload.getAttributes().get(TrainerTracing.BLOBS)).isEqualTo(2);
            assertThat(upload.getAttributes().get(TrainerTracing.BYTES)).isPositive();
        }
    }

    @Test
    void segmentDetailShowsTheFirstTwoStepsOnly() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.train(run.traced(TraceDetail.SEGMENT), 0, 2, model);
            spans(bench, "train.segment", 2);

            assertThat(spans(bench, "optimizer.step", 4))
                    .extracting(step -> step.getAttributes().get(STEP))
                    .containsExactly(0L, 1L, 4L, 5L);
        }
    }

    @Test
    void noDetailLeavesNoSpanAndAnEmptyContext() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.train(run.traced(TraceDetail.OFF), 0, 1, model);

            assertThat(bench.recorder().of(SegmentTrained.class).getFirst().traceparent())
                    .isEmpty();
            assertThat(bench.spans().getFinishedSpanItems()).isEmpty();
        }
    }

    @Test
    void aFailureIsWrittenOnTheSegmentsSpan() throws Exception {
        store.lose(run.dataset().digest());
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 1));
            SpanData segment = spans(bench, "train.segment", 1).getFirst();

            assertThat(segment.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(segment.getAttributes().get(AttributeKey.stringKey("finemesh.failure.code")))
                    .isEqualTo("BLOB_CORRUPT");
        }
    }

    @Test
    void aStopIsWrittenOnTheSegmentsSpanAndIsNoError() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.recorder().listen(message -> {
                if (message instanceof StepCompleted) {
                    bench.send(run.stop(1));
                }
            });
            bench.send(run.train(0, model, 1));
            SpanData segment = spans(bench, "train.segment", 1).getFirst();

            assertThat(segment.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(segment.getAttributes().get(AttributeKey.stringKey("finemesh.segment.withdrawn")))
                    .isEqualTo("stopped: cancelled by a test");
        }
    }

    @Test
    void aContextThatIsNoneIsNotLinked() {
        assertThat(TrainerTracing.parse("00-xyz")).isEmpty();
        assertThat(TrainerTracing.parse("")).isEmpty();
        assertThat(TrainerTracing.parse(TinyRun.SUBMISSION).map(TrainerTracing::format))
                .contains(TinyRun.SUBMISSION);
        assertThat(TrainerTracing.format(SpanContext.getInvalid())).isEmpty();
    }

    private static List<SpanData> spans(Workbench bench, String name, int count) {
        await().until(() -> named(bench, name).size() == count);
        return named(bench, name);
    }

    private static List<SpanData> named(Workbench bench, String name) {
        return bench.spans().getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .sorted(Comparator.comparing(SpanData::getStartEpochNanos))
                .toList();
    }

    private static List<String> links(SpanData span) {
        return span.getLinks().stream()
                .map(LinkData::getSpanContext)
                .map(context -> context.getTraceId() + "/" + context.getSpanId())
                .toList();
    }
}
