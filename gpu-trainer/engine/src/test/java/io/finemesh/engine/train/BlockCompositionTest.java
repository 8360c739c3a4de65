package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.InvalidMethodException;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.galore.GaloreSettings;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.PartitionSettings;
import io.finemesh.plan.blocks.Partitioning;
import io.finemesh.plan.schedule.LearningRateSchedule;
import io.finemesh.plan.schedule.SegmentWindow;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What may be inside a block: 8-bit moments, GaLore, GaLore with its residual; in whole groups and in slices of them. */
class BlockCompositionTest {
    private static final int STEPS = 5;
    private static final AdamHyperparameters ADAM = AdamHyperparameters.withDecay(0.01);

    static Stream<Method.BAdam> inside() {
        GaloreSettings galore = GaloreSettings.reference(4, 2, 1.0);
        return Stream.of(
                new Method.BAdam(ADAM, MomentKind.ADAMW_8BIT, Optional.empty()),
                new Method.BAdam(ADAM, MomentKind.ADAMW, Optional.of(galore)),
                new Method.BAdam(ADAM, MomentKind.ADAMW_8BIT, Optional.of(galore.withMoments(MomentKind.ADAMW_8BIT))),
                new Method.BAdam(ADAM, MomentKind.ADAMW, Optional.of(galore.withResidual(true))));
    }

    /** Resumed in the middle of a visit, in bf16, where master, moments and bases all have to come back. */
    @ParameterizedTest
    @MethodSource("inside")
    void aVisitLearnsAndCanBeCutInTwo(Method.BAdam method) {
        for (Partitioning layers : List.of(new Partitioning.Layers(), new Partitioning.Halves())) {
            Block block = BlockPartition.of(
                            ModelStructure.of(TinyModel.untied()), PartitionSettings.of(layers, false, false))
                    .get(1);
            try (Decoder whole = TinyModel.load(TinyModel.untied(), Precision.BF16);
                    Decoder halves = TinyModel.load(TinyModel.untied(), Precision.BF16)) {
                Map<String, ByteBuffer> before = TinyRun.bits(whole);
                List<StepReport> steps = new ArrayList<>();
                train(whole, method, block, Optional.empty(), STEPS, steps);
                assertThat(steps.getLast().loss()).isLessThan(steps.getFirst().loss());

                TrainingState half = train(halves, method, block, Optional.empty(), 3, new ArrayList<>());
                train(halves, method, block, Optional.of(half), STEPS, new ArrayList<>());
                Map<String, ByteBuffer> after = TinyRun.bits(whole);
                assertThat(TinyRun.bits(halves)).as(block.id()).isEqualTo(after);
                List<String> trained = block.trained(whole.structure()).stream()
                        .map(slice -> slice.tensor().name())
                        .toList();
                after.forEach((name, bits) ->
                        assertThat(bits.equals(before.get(name))).as(name).isEqualTo(!trained.contains(name)));
            }
        }
    }

    @Test
    void refusesWhatDoesNotGoTogether() {
        assertThatThrownBy(() -> new Method.BAdam(ADAM, MomentKind.ADAFACTOR, Optional.empty()))
                .isInstanceOf(InvalidMethodException.class)
                .hasMessageContaining("ADAFACTOR");
        assertThatThrownBy(() ->
                        new Method.BAdam(ADAM, MomentKind.ADAMW_8BIT, Optional.of(GaloreSettings.reference(4, 2, 1.0))))
                .isInstanceOf(InvalidMethodException.class)
                .hasMessageContaining("the same in both");
    }

    private static TrainingState train(
            Decoder decoder,
            Method method,
            Block block,
            Optional<TrainingState> resume,
            int until,
            List<StepReport> reports) {
        PackedRow row = TinyModel.row(decoder.configuration(), 1, 1, 12, 9);
        PackedRow other = TinyModel.row(decoder.configuration(), 2, 2, 15);
        TrainingPlan plan = new TrainingPlan(
                method,
                new BatchPlan(3, 32, 0),
                LearningRateSchedule.constant(1e-2, STEPS),
                1.0,
                0,
                decoder.storage(),
                STEPS);
        int[] done = {Math.toIntExact(resume.map(TrainingState::nextStep).orElse(0L))};
        try (FineTuneLoop loop = new FineTuneLoop(
                        decoder, plan, _ -> List.of(row, other), resume, ActivationPolicy.DEFAULT_BUDGET_BYTES);
                SegmentOutcome outcome = loop.run(
                        new SegmentWindow(0, 0, STEPS, Optional.of(block)), reports::add, () -> done[0]++ == until)) {
            assertThat(outcome.steps()).noneMatch(StepReport::skipped);
            return TrainingState.of(
                    outcome.state().cursorJson(), copies(outcome.state().tensors()));
        }
    }

    private static List<TensorData> copies(List<TensorData> tensors) {
        return tensors.stream()
                .map(tensor -> new TensorData(
                        tensor.name(),
                        tensor.dtype(),
                        tensor.shape(),
                        MemorySegment.ofArray(tensor.bytes().toArray(ValueLayout.JAVA_BYTE))))
                .toList();
    }
}
