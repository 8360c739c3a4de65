package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.data.BatchCursor;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.data.DatasetException;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.tensor.NativeMemory;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorScope;
import io.finemesh.engine.text.EncodedText;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.schedule.LearningRateSchedule;
import io.finemesh.plan.schedule.SegmentWindow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FineTuneLoopTest {
    @Test
    void lossFallsAndEveryStepIsReported() {
        TinyRun run = TinyRun.adamw(Precision.FP32, 24);
        List<StepReport> heard = new ArrayList<>();
        try (Decoder decoder = run.model();
                FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.empty())) {
            for (SegmentWindow window : run.segments().windows().toList()) {
                SegmentOutcome outcome = loop.run(window, heard::add, () -> false);
                assertThat(outcome.complete()).isTrue();
                assertThat(outcome.steps()).hasSize(window.steps());
                assertThat(outcome.changed())
                        .hasSize(decoder.structure().groups().size());
            }
        }
        assertThat(heard)
                .extracting(StepReport::step)
                .containsExactlyElementsOf(
                        IntStream.range(0, 24).mapToObj(i -> (long) i).toList());
        assertThat(heard).allSatisfy(report -> {
            assertThat(report.skipped()).isFalse();
            assertThat(report.loss()).isPositive();
            assertThat(report.gradientNorm()).isPositive();
            assertThat(report.learningRate()).isEqualTo(run.plan().schedule().at(report.step()));
            assertThat(report.labelledTokens()).isBetween(1, report.tokens());
            assertThat(report.nativeBytes()).isPositive();
            assertThat(report.phaseNanos()).containsOnlyKeys(Phase.values());
            assertThat(report.block()).isEmpty();
        });
        double early = heard.subList(0, 5).stream()
                .mapToDouble(StepReport::loss)
                .average()
                .orElseThrow();
        double late = heard.subList(19, 24).stream()
                .mapToDouble(StepReport::loss)
                .average()
                .orElseThrow();
        assertThat(late).isLessThan(early - 0.3);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void onlyTheActiveBlockChanges(Precision precision) {
        TinyRun run = TinyRun.badam(precision, 20);
        try (Decoder decoder = run.model();
                FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.empty())) {
            for (SegmentWindow window : run.segments().windows().toList()) {
                List<ParameterGroup> active = window.block().orElseThrow().groups();
                Map<ParameterGroup, Map<String, ByteBuffer>> before = new LinkedHashMap<>();
                decoder.structure().groups().forEach(group -> before.put(group, TinyRun.bits(decoder, group)));

                SegmentOutcome outcome = loop.run(window, StepListener.none(), () -> false);

                assertThat(outcome.changed().keySet()).containsExactlyInAnyOrderElementsOf(active);
                assertThat(outcome.state().tensors()).isEmpty();
                assertThat(outcome.state().block()).isEmpty();
                before.forEach((group, bits) -> {
                    if (active.contains(group)) {
                        assertThat(TinyRun.bits(decoder, group)).as(group.id()).isNotEqualTo(bits);
                        assertThat(TinyRun.bits(outcome.changed().get(group))).isEqualTo(TinyRun.bits(decoder, group));
                    } else {
                        assertThat(TinyRun.bits(decoder, group)).as(group.id()).isEqualTo(bits);
                    }
                });
            }
        }
    }

    @Test
    void badamWithOneBlockIsAdamw() {
        TinyRun adamw = TinyRun.adamw(Precision.BF16, 8);
        TinyRun badam = TinyRun.badam(Precision.BF16, 8);
        try (Decoder one = adamw.model();
                Decoder other = badam.model();
                FineTuneLoop adamwLoop = new FineTuneLoop(one, adamw.plan(), adamw.data(), Optional.empty());
                FineTuneLoop badamLoop = new FineTuneLoop(other, badam.plan(), badam.data(), Optional.empty())) {
            Block everything = new Block("everything", other.structure().groups());

            SegmentOutcome first =
                    adamwLoop.run(new SegmentWindow(0, 0, 8, Optional.empty()), StepListener.none(), () -> false);
            SegmentOutcome second = badamLoop.run(
                    new SegmentWindow(0, 0, 8, Optional.of(everything)), StepListener.none(), () -> false);

            assertThat(TinyRun.bits(other)).isEqualTo(TinyRun.bits(one));
            assertThat(second.steps())
                    .extracting(StepReport::loss)
                    .isEqualTo(first.steps().stream().map(StepReport::loss).toList());
        }
    }

    @Test
    void accumulatedRowsEqualOneBigRow() {
        PackedRow all = TinyModel.row(TinyRun.MODEL, 1, 2, 9, 15, 6, 12);
        List<PackedRow> parts = new ArrayList<>();
        for (int d = 0; d < all.documents(); d++) {
            int from = all.documentStarts()[d];
            int to = all.documentStarts()[d + 1];
            parts.add(new PackedRow(
                    Arrays.copyOfRange(all.tokens(), from, to),
                    new int[] {0, to - from},
                    Arrays.copyOfRange(all.targets(), from, to)));
        }
        double[] norms = new double[2];
        double[] losses = new double[2];
        List<List<PackedRow>> batches = List.of(List.of(all), parts);
        for (int i = 0; i < 2; i++) {
            List<PackedRow> rows = batches.get(i);
            try (Decoder decoder = TinyModel.load(TinyRun.MODEL, Precision.FP32);
                    FineTuneLoop loop = loop(decoder, plan(1e-3, Double.POSITIVE_INFINITY), step -> rows)) {
                SegmentOutcome outcome = loop.run(window(0, 3), StepListener.none(), () -> false);
                norms[i] = outcome.steps().getLast().gradientNorm();
                losses[i] = outcome.steps().getLast().loss();
                assertThat(outcome.steps().getLast().labelledTokens()).isEqualTo(all.labelledTokens());
            }
        }
        Deviation.of("loss after accumulated steps", losses[1], losses[0]).isAtMost(1e-5);
        Deviation.of("norm after accumulated steps", norms[1], norms[0]).isAtMost(1e-5);
    }

    @Test
    void clippingScalesToTheGivenNorm() {
        // With both betas 0 and a huge epsilon an update is the gradient times rate / epsilon, so that its length shows
        // the clipped norm.
        AdamHyperparameters plain = new AdamHyperparameters(0, 0, 1e6, 0, AdamHyperparameters.Decay.ALL);
        PackedRow row = TinyModel.row(TinyRun.MODEL, 1, 2, 9, 15);
        for (double limit : new double[] {0.05, 1e9}) {
            try (Decoder decoder = TinyModel.load(TinyRun.MODEL, Precision.FP32);
                    FineTuneLoop loop = loop(
                            decoder,
                            new TrainingPlan(
                                    new Method.BAdam(plain),
                                    new BatchPlan(1, 48, 0),
                                    LearningRateSchedule.constant(1e6, 10),
                                    limit,
                                    0,
                                    Precision.FP32,
                                    10),
                            step -> List.of(row))) {
                GroupTensors head = decoder.weights(new ParameterGroup.Head());
                double moved;
                double norm;
                try (TensorScope _ = TensorScope.open("test")) {
                    var before = head.get(WeightSlot.OUTPUT_HEAD).clone();
                    Block block = new Block("head", List.of(new ParameterGroup.Head()));
                    norm = loop.run(new SegmentWindow(0, 0, 1, Optional.of(block)), StepListener.none(), () -> false)
                            .steps()
                            .getFirst()
                            .gradientNorm();
                    moved = head.get(WeightSlot.OUTPUT_HEAD).sub(before).norm().item_double();
                }
                assertThat(norm).isGreaterThan(0.05);
                Deviation.of("length of a step clipped to " + limit, moved, Math.min(limit, norm))
                        .isAtMost(1e-3);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aStepWithoutFiniteLossChangesNothing(Precision precision) {
        TinyRun run = TinyRun.adamw(precision, 10);
        try (Decoder decoder = run.model();
                FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.empty())) {
            SegmentOutcome before = loop.run(window(0, 3), StepListener.none(), () -> false);
            GroupTensors norm = decoder.weights(new ParameterGroup.Layer(1));
            poison(norm, Float.NaN);
            Map<String, ByteBuffer> weights = TinyRun.bits(decoder);

            SegmentOutcome after = loop.run(window(3, 2), StepListener.none(), () -> false);

            assertThat(after.steps()).allSatisfy(report -> {
                assertThat(report.skipped()).isTrue();
                assertThat(report.loss()).isNaN();
            });
            assertThat(TinyRun.bits(decoder)).isEqualTo(weights);
            assertThat(TinyRun.bits(after.state().tensors()))
                    .isEqualTo(TinyRun.bits(before.state().tensors()));
            assertThat(after.state().updates()).isEqualTo(3);
            assertThat(after.state().skippedSteps()).isEqualTo(2);
            assertThat(after.state().nextStep()).isEqualTo(5);

            poison(norm, 1f);
            assertThat(loop.run(window(5, 1), StepListener.none(), () -> false)
                            .steps()
                            .getFirst()
                            .skipped())
                    .isFalse();
        }
    }

    @Test
    void aBatchWithoutLabelsIsSkipped() {
        PackedRow row = PackedRow.unlabelled(List.of(new int[] {4, 5, 6}));
        try (Decoder decoder = TinyModel.load(TinyRun.MODEL, Precision.FP32);
                FineTuneLoop loop = loop(decoder, plan(1e-3, 1), step -> List.of(row))) {
            Map<String, ByteBuffer> weights = TinyRun.bits(decoder);

            StepReport report = loop.run(window(0, 1), StepListener.none(), () -> false)
                    .steps()
                    .getFirst();

            assertThat(report.skipped()).isTrue();
            assertThat(report.labelledTokens()).isZero();
            assertThat(TinyRun.bits(decoder)).isEqualTo(weights);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void stoppedSegmentsGoOnWhereTheyStopped(Precision precision) {
        TinyRun run = TinyRun.badam(precision, 12);
        SegmentWindow second = run.segments().at(1);
        try (Decoder whole = run.model();
                Decoder parts = run.model();
                FineTuneLoop uninterrupted = new FineTuneLoop(whole, run.plan(), run.data(), Optional.empty());
                FineTuneLoop first = new FineTuneLoop(parts, run.plan(), run.data(), Optional.empty())) {
            uninterrupted.run(run.segments().at(0), StepListener.none(), () -> false);
            uninterrupted.run(second, StepListener.none(), () -> false);
            first.run(run.segments().at(0), StepListener.none(), () -> false);
            int[] asked = {0};
            SegmentOutcome stopped = first.run(second, StepListener.none(), () -> ++asked[0] > 2);
            assertThat(stopped.complete()).isFalse();
            assertThat(stopped.nextStep()).isEqualTo(second.firstStep() + 2);
            assertThat(stopped.state().block()).isEqualTo(second.block().map(Block::id));

            TrainingState read = TrainingState.of(
                    stopped.state().cursorJson(), stopped.state().tensors());
            try (FineTuneLoop resumed = new FineTuneLoop(parts, run.plan(), run.data(), Optional.of(read))) {
                SegmentOutcome rest = resumed.run(second, StepListener.none(), () -> false);
                assertThat(rest.complete()).isTrue();
                assertThat(rest.steps()).hasSize(second.steps() - 2);
            }
            assertThat(TinyRun.bits(parts)).isEqualTo(TinyRun.bits(whole));
        }
    }

    @Test
    void keepingAndRecomputingTrainTheSameWeights() {
        TinyRun run = TinyRun.adamw(Precision.FP32, 4);
        List<Map<String, ByteBuffer>> results = new ArrayList<>();
        for (long budget : new long[] {0, ActivationPolicy.DEFAULT_BUDGET_BYTES}) {
            try (Decoder decoder = run.model();
                    FineTuneLoop loop = new FineTuneLoop(
                            decoder, run.plan(), BatchSource.of(run.data()), Optional.empty(), budget)) {
                loop.run(window(0, 4), StepListener.none(), () -> false);
                results.add(TinyRun.bits(decoder));
            }
        }
        assertThat(results.get(0)).isEqualTo(results.get(1));
    }

    @Test
    void aThousandBlockSwitchesLeaveNothingBehind() {
        TinyRun run = TinyRun.badam(Precision.BF16, 100_000);
        List<PackedRow> rows = List.of(TinyModel.row(TinyModel.biased(), 1, 2, 9));
        try (Decoder decoder = TinyModel.load(TinyModel.biased(), Precision.BF16);
                FineTuneLoop loop = new FineTuneLoop(
                        decoder, run.plan(), _ -> rows, Optional.empty(), ActivationPolicy.DEFAULT_BUDGET_BYTES)) {
            List<ParameterGroup> groups = decoder.structure().groups();
            long pointers = 0;
            long resident = 0;
            for (int visit = 0; visit < 1000; visit++) {
                ParameterGroup group = groups.get(visit % groups.size());
                Block block = new Block(group.id(), List.of(group));
                loop.run(new SegmentWindow(visit, visit, 1, Optional.of(block)), StepListener.none(), () -> false);
                if (visit == 60) {
                    pointers = TensorScope.livePointers();
                    resident = NativeMemory.now().residentBytes();
                }
                if (visit > 60) {
                    assertThat(TensorScope.livePointers())
                            .as("native objects after visit " + visit)
                            .isEqualTo(pointers);
                }
            }
            // Resident memory includes the Java heap, whose limit in tests is 512 MB; a leaked block would be found by
            // the pointers above.
            assertThat(NativeMemory.now().residentBytes()).isLessThan(resident + (64L << 20));
        }
    }

    @Test
    void copiesAreFreedWhenTheOutcomeIsClosed() {
        TinyRun run = TinyRun.adamw(Precision.FP32, 10);
        try (Decoder decoder = run.model();
                FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.empty())) {
            SegmentOutcome outcome = loop.run(window(0, 2), StepListener.none(), () -> false);
            List<TensorData> copies = new ArrayList<>(outcome.state().tensors());
            outcome.changed().values().forEach(copies::addAll);
            assertThat(copies)
                    .hasSizeGreaterThan(outcome.changed().size())
                    .allMatch(copy -> copy.bytes().scope().isAlive());

            outcome.close();

            assertThat(copies).noneMatch(copy -> copy.bytes().scope().isAlive());
        }
    }

    @Test
    void refusesWhatDoesNotBelongTogether() {
        TinyRun run = TinyRun.adamw(Precision.FP32, 10);
        try (Decoder decoder = run.model();
                Decoder narrow = TinyModel.load(TinyRun.MODEL, Precision.BF16);
                FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.empty())) {
            assertThatThrownBy(() -> loop.run(window(4, 4), StepListener.none(), () -> false))
                    .hasMessageContaining("has steps 4 to 7, but the next step is 0");
            Block block = new Block("layer.0", List.of(new ParameterGroup.Layer(0)));
            assertThatThrownBy(() ->
                            loop.run(new SegmentWindow(0, 0, 4, Optional.of(block)), StepListener.none(), () -> false))
                    .hasMessageContaining("AdamW trains all parameters, but segment 0 is for block layer.0");
            assertThatThrownBy(() -> new FineTuneLoop(narrow, run.plan(), run.data(), Optional.empty()))
                    .hasMessageContaining("the plan asks for weights in FP32, the decoder holds them in BF16");

            SegmentOutcome outcome = loop.run(window(0, 4), StepListener.none(), () -> false);
            assertThatThrownBy(() -> new FineTuneLoop(
                            decoder,
                            TinyRun.badam(Precision.FP32, 10).plan(),
                            run.data(),
                            Optional.of(outcome.state())))
                    .hasMessageContaining("the training state is of a run with adamw")
                    .hasMessageContaining("the plan says badam");
            BatchCursor other = new BatchCursor(
                    List.of(new EncodedText(new int[] {1, 2, 3}, new boolean[] {false, true, true})),
                    run.plan().batch());
            assertThatThrownBy(() -> new FineTuneLoop(decoder, run.plan(), other, Optional.of(outcome.state())))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("number of samples (was 40, is 1)");
            BatchCursor smaller = new BatchCursor(
                    List.of(new EncodedText(new int[] {1, 2, 3}, new boolean[] {false, true, true})),
                    new BatchPlan(1, 48, 11));
            assertThatThrownBy(() -> new FineTuneLoop(decoder, run.plan(), smaller, Optional.empty()))
                    .hasMessageContaining("batchSize=1")
                    .hasMessageContaining("batchSize=6");
        }
    }

    private static TrainingPlan plan(double rate, double maxNorm) {
        return new TrainingPlan(
                new Method.AdamW(AdamHyperparameters.withDecay(0)),
                new BatchPlan(1, 48, 0),
                LearningRateSchedule.constant(rate, 10),
                maxNorm,
                0,
                Precision.FP32,
                10);
    }

    private static FineTuneLoop loop(Decoder decoder, TrainingPlan plan, BatchSource rows) {
        return new FineTuneLoop(decoder, plan, rows, Optional.empty(), ActivationPolicy.DEFAULT_BUDGET_BYTES);
    }

    private static SegmentWindow window(long first, int steps) {
        return new SegmentWindow(0, first, steps, Optional.empty());
    }

    private static void poison(GroupTensors weights, float value) {
        try (TensorScope _ = TensorScope.open("poison");
                NoGradGuard _ = new NoGradGuard()) {
            weights.get(WeightSlot.INPUT_NORM).narrow(0, 0, 1).fill_(new Scalar(value));
        }
    }
}
