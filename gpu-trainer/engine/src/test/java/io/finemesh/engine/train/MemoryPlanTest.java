package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.galore.GaloreSettings;
import io.finemesh.engine.optim.lomo.LomoRule;
import io.finemesh.engine.optim.lora.LoraSettings;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorMemory;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.PartitionSettings;
import io.finemesh.plan.memory.BatchShape;
import io.finemesh.plan.memory.FloatFormat;
import io.finemesh.plan.memory.InnerOptimizer;
import io.finemesh.plan.memory.MemoryEstimate;
import io.finemesh.plan.memory.MemoryPlan;
import io.finemesh.plan.memory.MethodShape;
import io.finemesh.plan.memory.Projection;
import io.finemesh.plan.memory.WeightCopy;
import io.finemesh.plan.schedule.LearningRateSchedule;
import io.finemesh.plan.schedule.SegmentWindow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The plan against the bytes of all tensors that exist at once during real steps and at the end of a segment. */
class MemoryPlanTest {
    private static final Percentage ALLOWED = Percentage.withPercentage(5);
    private static final AdamHyperparameters ADAM = AdamHyperparameters.withDecay(0.05);
    private static final int STEPS = 2;
    private static final Set<TensorRole> ALL_MATRICES = Set.of(
            TensorRole.QUERY,
            TensorRole.KEY,
            TensorRole.VALUE,
            TensorRole.ATTENTION_OUTPUT,
            TensorRole.GATE,
            TensorRole.UP,
            TensorRole.DOWN);

    /** A model and what is computed at once. */
    private enum Shape {
        /** Weights weigh most. */
        NARROW_ROWS(TinyModel.configuration(3, 192, 4, 4, 512, 1024, false, false), 64, 32, 1, true),
        /** Activations weigh most; grouped keys. */
        LONG_ROWS(TinyModel.configuration(4, 64, 4, 2, 176, 256, true, false), 512, 128, 1, true),
        /** Layers are computed again on the way back. */
        RECOMPUTED(TinyModel.configuration(4, 64, 4, 2, 176, 256, true, false), 512, 128, 1, false),
        /** Logits weigh most; documents for the fused kernel. */
        LARGE_VOCABULARY(TinyModel.configuration(2, 64, 4, 4, 176, 4096, false, false), 256, 256, 1, true),
        /** Grouped keys in long documents. */
        LONG_DOCUMENTS(TinyModel.configuration(3, 64, 4, 2, 176, 256, false, false), 480, 480, 1, true),
        /** Gradients are accumulated. */
        TWO_ROWS(TinyModel.configuration(3, 96, 4, 4, 256, 512, false, false), 192, 96, 2, true);

        private final Case what;

        Shape(ModelConfiguration model, int tokens, int document, int rows, boolean kept) {
            this.what = Case.of(model, tokens, document, rows, kept);
        }
    }

    /** A model, its weights, and full rows of documents of one length. */
    private record Case(ModelConfiguration model, TensorSource weights, BatchShape batch) {
        private static Case of(ModelConfiguration model, int tokens, int document, int rows, boolean kept) {
            return new Case(
                    model,
                    TinyModel.weights(model),
                    new BatchShape(
                            tokens,
                            BatchShape.DEFAULT_LOSS_CHUNK_BYTES,
                            kept ? BatchShape.DEFAULT_KEPT_ACTIVATION_BYTES : 0,
                            FloatFormat.FP32,
                            rows,
                            document));
        }

        private List<PackedRow> rows() {
            int[] documents = new int[batch.tokensPerRow() / batch.longestDocument()];
            Arrays.fill(documents, batch.longestDocument());
            List<PackedRow> rows = new ArrayList<>();
            for (int row = 0; row < batch.rowsPerStep(); row++) {
                rows.add(TinyModel.row(model, row, 0, documents));
            }
            return rows;
        }
    }

    private enum Trained {
        ADAMW(new Method.AdamW(ADAM), new MethodShape.AdamW()),
        ADAMW_8BIT(
                new Method.AdamW(ADAM, MomentKind.ADAMW_8BIT, WeightRounding.STOCHASTIC),
                new MethodShape.AdamW(InnerOptimizer.ADAMW_8BIT, WeightCopy.NONE)),
        BADAM(new Method.BAdam(ADAM), new MethodShape.BAdam(PartitionSettings.LAYERS)),
        BADAM_INT8(
                new Method.BAdam(ADAM),
                new MethodShape.BAdam(PartitionSettings.LAYERS, InnerOptimizer.ADAMW, Optional.empty(), true)),
        BADAM_8BIT(
                new Method.BAdam(ADAM, MomentKind.ADAMW_8BIT, Optional.empty()),
                new MethodShape.BAdam(PartitionSettings.LAYERS, InnerOptimizer.ADAMW_8BIT, Optional.empty(), false)),
        GALORE(
                new Method.GaLore(ADAM, GaloreSettings.reference(16, 200, 0.25), WeightRounding.STOCHASTIC),
                new MethodShape.GaLore(Projection.ofRank(16), InnerOptimizer.ADAMW)),
        GALORE_8BIT(
                new Method.GaLore(
                        ADAM,
                        GaloreSettings.reference(16, 200, 0.25).withMoments(MomentKind.ADAMW_8BIT),
                        WeightRounding.STOCHASTIC),
                new MethodShape.GaLore(Projection.ofRank(16), InnerOptimizer.ADAMW_8BIT)),
        LORA(new Method.Lora(ADAM, new LoraSettings(8, 16, Set.of("all"))), new MethodShape.Lora(8, ALL_MATRICES)),
        LORA_DROPOUT(
                new Method.Lora(ADAM, new LoraSettings(8, 16, Set.of("all"), 0.1)),
                new MethodShape.Lora(8, ALL_MATRICES, true)),
        LOMO(new Method.Lomo(LomoRule.LOMO, ADAM, WeightRounding.STOCHASTIC), new MethodShape.Lomo()),
        ADALOMO(new Method.Lomo(LomoRule.ADALOMO, ADAM, WeightRounding.STOCHASTIC), new MethodShape.AdaLomo());

        private final Method method;
        private final MethodShape shape;

        Trained(Method method, MethodShape shape) {
            this.method = method;
            this.shape = shape;
        }

        private boolean frozenInt8() {
            return shape instanceof MethodShape.BAdam badam && badam.frozenInt8();
        }

        private Optional<Block> block(ModelConfiguration model) {
            // The lowest layer: the backward pass goes through all the others.
            return shape instanceof MethodShape.BAdam badam
                    ? Optional.of(BlockPartition.of(ModelStructure.of(model), badam.partition())
                            .getFirst())
                    : Optional.empty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void thePlanIsWithinFivePercentOfThePeak(Trained trained) {
        SoftAssertions every = new SoftAssertions();
        for (Shape shape : Shape.values()) {
            for (Precision precision : Precision.values()) {
                compare(shape.name(), shape.what, trained, precision, every);
            }
        }
        every.assertAll();
    }

    /** Windows, soft caps, norms of heads and of what is added; short documents and long ones. */
    @ParameterizedTest
    @MethodSource("io.finemesh.engine.model.TinyModel#families")
    void everyFamilysAttentionIsCounted(ModelConfiguration family) {
        SoftAssertions every = new SoftAssertions();
        compare(
                family.modelType() + " short",
                Case.of(family, 400, 100, 1, true),
                Trained.BADAM,
                Precision.FP32,
                every);
        compare(family.modelType() + " long", Case.of(family, 600, 300, 1, true), Trained.BADAM, Precision.FP32, every);
        every.assertAll();
    }

    private static void compare(String name, Case what, Trained trained, Precision precision, SoftAssertions every) {
        FloatFormat format = precision == Precision.FP32 ? FloatFormat.FP32 : FloatFormat.BF16;
        MemoryEstimate estimate = MemoryPlan.estimate(what.model(), trained.shape, format, what.batch());
        Peak peak = peak(trained, what, precision);
        long planned = estimate.totalBytes() - MemoryPlan.PROCESS_BYTES;
        every.assertThat(planned)
                .as("%s, %s, %s: %s and %s", trained, name, precision, peak, estimate)
                .isCloseTo(peak.most(), ALLOWED);
    }

    /**
     * Bytes of tensors, and of the copies that are made of them.
     *
     * @param steps most during the steps
     * @param end at the end of the segment
     */
    private record Peak(long steps, long end) {
        private long most() {
            return Math.max(steps, end);
        }
    }

    private static Peak peak(Trained trained, Case what, Precision precision) {
        Backend.start(TinyModel.THREADS);
        List<PackedRow> rows = what.rows();
        Optional<Block> block = trained.block(what.model());
        TrainingPlan plan = new TrainingPlan(
                trained.method,
                new BatchPlan(1, what.batch().tokensPerRow(), 0),
                new LearningRateSchedule(LearningRateSchedule.Kind.CONSTANT, 1e-5, 0, STEPS, 0),
                1.0,
                7,
                precision,
                STEPS);
        try (TensorMemory memory = TensorMemory.watch();
                Decoder decoder = trained.frozenInt8()
                        ? Decoder.loadQuantized(
                                what.model(),
                                what.weights(),
                                precision,
                                block.orElseThrow().groups())
                        : Decoder.load(what.model(), what.weights(), precision);
                FineTuneLoop loop = new FineTuneLoop(
                        decoder, plan, _ -> rows, Optional.empty(), what.batch().keptActivationBytes())) {
            memory.forget();
            long[] lasting = new long[1];
            long[] steps = new long[1];
            try (SegmentOutcome outcome = loop.run(
                    new SegmentWindow(0, 0, STEPS, block),
                    report -> {
                        assertThat(report.skipped()).isFalse();
                        steps[0] = Math.max(steps[0], memory.peak());
                        lasting[0] = memory.present();
                        memory.forget();
                    },
                    // A visit that is stopped saves its state; adapters are merged when the run ends.
                    () -> block.isPresent() && loop.nextStep() > 0)) {
                // What the last call to the listener saw is of the last step only.
                long copies = bytes(outcome.state().tensors())
                        + outcome.changed().values().stream()
                                .mapToLong(MemoryPlanTest::bytes)
                                .sum();
                return new Peak(steps[0], Math.max(memory.peak(), lasting[0]) + copies);
            }
        }
    }

    private static long bytes(List<TensorData> tensors) {
        return tensors.stream().mapToLong(tensor -> tensor.bytes().byteSize()).sum();
    }
}
