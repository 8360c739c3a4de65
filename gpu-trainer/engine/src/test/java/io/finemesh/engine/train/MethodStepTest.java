package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.tensor.NativeMemory;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorScope;
import io.finemesh.plan.schedule.LearningRateSchedule;
import io.finemesh.plan.schedule.SegmentWindow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for the steps of every method. */
class MethodStepTest {
    /** An epsilon above the rounding of gradients: with a tiny one, Adam's first steps have full length even where a gradient is nothing but rounding. */
    private static final AdamHyperparameters STEADY =
            new AdamHyperparameters(0.9, 0.999, 1e-4, 0.05, AdamHyperparameters.Decay.MATRICES);

    static Collection<String> methods() {
        return TinyRun.METHODS.keySet().stream()
                .filter(name -> !name.equals("badam"))
                .toList();
    }

    /** The reference's layer-wise updates saw each micro-batch as a batch of its own, silently (optimizers.md 1.4, GaLore issue 78). */
    @ParameterizedTest
    @MethodSource("methods")
    void accumulatedMicroBatchesEqualOneBatch(String method) {
        PackedRow all = TinyModel.row(TinyRun.MODEL, 1, 2, 9, 15, 6, 12);
        List<Map<String, float[]>> weights = new ArrayList<>();
        for (List<PackedRow> rows : List.of(List.of(all), documents(all))) {
            try (Decoder decoder = TinyModel.load(TinyRun.MODEL, Precision.FP32);
                    FineTuneLoop loop =
                            loop(decoder, TinyRun.methods(STEADY).get(method), rate(method), rows, 0.5, 8)) {
                SegmentOutcome outcome = loop.run(window(0, 3), StepListener.none(), () -> false);
                assertThat(outcome.steps()).noneMatch(StepReport::skipped);
                weights.add(TinyRun.floats(decoder));
            }
        }
        weights.get(0).forEach((name, values) -> Deviation.of(
                        method + " accumulated " + name, doubles(weights.get(1).get(name)), doubles(values))
                .isAtMost(1e-5));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aGradientThatIsNotFiniteLeavesEverythingBitIdentical(String method) {
        for (Precision precision : Precision.values()) {
            for (int poisonedStep : precision == Precision.FP32 ? new int[] {0, 5} : new int[] {3}) {
                TinyRun run = TinyRun.named(method, precision, 12);
                try (Decoder decoder = run.model();
                        FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.empty())) {
                    SegmentOutcome before = null;
                    if (poisonedStep > 0) {
                        before = loop.run(window(0, poisonedStep), StepListener.none(), () -> false);
                    }
                    GroupTensors norm = decoder.weights(new ParameterGroup.Layer(1));
                    poison(norm, Float.NaN);
                    Map<String, ByteBuffer> bits = TinyRun.bits(decoder);

                    SegmentOutcome after = loop.run(window(poisonedStep, 2), StepListener.none(), () -> false);

                    assertThat(after.steps()).allMatch(StepReport::skipped);
                    assertThat(TinyRun.bits(decoder)).isEqualTo(bits);
                    assertThat(after.state().updates()).isEqualTo(poisonedStep);
                    assertThat(after.state().skippedSteps()).isEqualTo(2);
                    if (before != null) {
                        assertThat(TinyRun.bits(after.state().tensors()))
                                .isEqualTo(TinyRun.bits(before.state().tensors()));
                    }
                    poison(norm, 1f);
                    assertThat(loop.run(window(poisonedStep + 2, 1), StepListener.none(), () -> false)
                                    .steps()
                                    .getFirst()
                                    .skipped())
                            .isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void lossFallsAndNormsAreReported(String method) {
        PackedRow row = TinyModel.row(TinyRun.MODEL, 1, 2, 9, 15);
        try (Decoder decoder = TinyModel.load(TinyRun.MODEL, Precision.BF16);
                FineTuneLoop loop = loop(decoder, method, List.of(row), 1, 30)) {
            List<StepReport> reports =
                    loop.run(window(0, 30), StepListener.none(), () -> false).steps();
            assertThat(reports).allSatisfy(report -> {
                assertThat(report.skipped()).isFalse();
                assertThat(report.gradientNorm()).isPositive();
            });
            assertThat(reports.getLast().loss()).isLessThan(reports.getFirst().loss() - 0.01);
        }
    }

    /** Layer-wise clipping, a silent no-op in the references (optimizers.md 1.4): the reported norm is the whole graph's, whatever the method. */
    @ParameterizedTest
    @MethodSource("methods")
    void theReportedNormIsThatOfTheWholeGradient(String method) {
        Assumptions.assumeFalse(
                method.equals("galore-randomised") || method.equals("lora"),
                "is set to report the norm of projections, or has other parameters");
        PackedRow all = TinyModel.row(TinyRun.MODEL, 1, 2, 9, 15, 6);
        try (Decoder decoder = TinyModel.load(TinyRun.MODEL, Precision.FP32);
                FineTuneLoop loop = loop(decoder, method, documents(all), 1, 8)) {
            double squares = WholeGraph.of(decoder, all).gradients().values().stream()
                    .flatMap(slots -> slots.values().stream())
                    .mapToDouble(MethodStepTest::squares)
                    .sum();
            double found = loop.run(window(0, 1), StepListener.none(), () -> false)
                    .steps()
                    .getFirst()
                    .gradientNorm();
            Deviation.of("norm of " + method, found, Math.sqrt(squares)).isAtMost(1e-5);
        }
    }

    /**
     * Updates, of which GaLore's refresh one basis in every few, leave no native object and no memory behind. One method of a thousand updates shows what
     * only adds up slowly; a pointer too many shows at once, so that the others need fewer.
     */
    @ParameterizedTest
    @CsvSource({
        "galore-8bit, 1000",
        "galore, 150",
        "galore-randomised, 150",
        "fira, 150",
        "adalomo, 150",
        "adamw-8bit, 150"
    })
    void updatesLeaveNothingBehind(String method, int updates) {
        ModelConfiguration oneLayer = TinyModel.biased();
        PackedRow row = TinyModel.row(oneLayer, 1, 2, 9);
        try (Decoder decoder = TinyModel.load(oneLayer, Precision.BF16);
                FineTuneLoop loop = loop(decoder, method, List.of(row), 1, updates + 50)) {
            loop.run(window(0, 50), StepListener.none(), () -> false).close();
            long pointers = TensorScope.livePointers();
            long resident = NativeMemory.now().residentBytes();
            loop.run(window(50, updates), StepListener.none(), () -> false).close();
            assertThat(TensorScope.livePointers()).isEqualTo(pointers);
            assertThat(NativeMemory.now().residentBytes()).isLessThan(resident + (96L << 20));
        }
    }

    private static double squares(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return sum;
    }

    private static List<PackedRow> documents(PackedRow all) {
        List<PackedRow> parts = new ArrayList<>();
        for (int d = 0; d < all.documents(); d++) {
            int from = all.documentStarts()[d];
            int to = all.documentStarts()[d + 1];
            parts.add(new PackedRow(
                    Arrays.copyOfRange(all.tokens(), from, to),
                    new int[] {0, to - from},
                    Arrays.copyOfRange(all.targets(), from, to)));
        }
        return parts;
    }

    private static FineTuneLoop loop(Decoder decoder, String method, List<PackedRow> rows, double norm, int steps) {
        return loop(decoder, TinyRun.METHODS.get(method), rate(method), rows, norm, steps);
    }

    private static FineTuneLoop loop(
            Decoder decoder, Method method, double rate, List<PackedRow> rows, double norm, int steps) {
        TrainingPlan plan = new TrainingPlan(
                method,
                new BatchPlan(1, 48, 0),
                LearningRateSchedule.constant(rate, steps),
                norm,
                0,
                decoder.storage(),
                steps);
        return new FineTuneLoop(decoder, plan, step -> rows, Optional.empty(), ActivationPolicy.DEFAULT_BUDGET_BYTES);
    }

    /** Plain descent and adapters need a larger rate than normalised updates. */
    private static double rate(String method) {
        return switch (method) {
            case "lomo" -> 0.1;
            case "lora" -> 1e-2;
            default -> 2e-3;
        };
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

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }
}
