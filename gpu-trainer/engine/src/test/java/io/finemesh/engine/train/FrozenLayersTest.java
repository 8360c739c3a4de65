package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.schedule.SegmentWindow;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** BAdam whose frozen layers are held as 8-bit integers. */
class FrozenLayersTest {
    private static final int STEPS = 20;
    /** Relative, at every step: 8 bits with a scale per 256 weights change the loss by a few thousandths at most. */
    private static final double LOSS_DISTANCE = 5e-3;

    /** What is in the checkpoint a run stands at: exact weights, whatever a trainer holds. */
    private static final class Checkpoint {
        private final Map<String, TensorData> tensors = new LinkedHashMap<>();

        private Checkpoint(Precision precision) {
            try (Decoder decoder = TinyModel.load(TinyRun.MODEL, precision)) {
                decoder.export().forEach(this::put);
            }
        }

        private void put(TensorData tensor) {
            tensors.put(tensor.name(), copy(tensor));
        }

        private TensorSource source() {
            return TinyModel.source(tensors);
        }

        private Decoder load(TinyRun run, SegmentWindow window) {
            Backend.start(TinyModel.THREADS);
            return Decoder.loadQuantized(TinyRun.MODEL, source(), run.precision(), groups(window));
        }

        private Map<String, ByteBuffer> bits() {
            return TinyRun.bits(List.copyOf(tensors.values()));
        }
    }

    private static TensorData copy(TensorData tensor) {
        return new TensorData(
                tensor.name(),
                tensor.dtype(),
                tensor.shape(),
                MemorySegment.ofArray(tensor.bytes().toArray(ValueLayout.JAVA_BYTE)));
    }

    private static List<ParameterGroup> groups(SegmentWindow window) {
        return window.block().map(Block::groups).orElseThrow();
    }

    /** One trainer from the first visit to the last, as a session of the mesh does it. */
    private static List<Double> train(TinyRun run, Checkpoint checkpoint) {
        List<Double> losses = new ArrayList<>();
        try (Decoder decoder = checkpoint.load(run, run.segments().containing(0));
                FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.empty())) {
            while (loop.nextStep() < STEPS) {
                SegmentWindow window = run.segments().containing(loop.nextStep());
                decoder.holdExactly(groups(window), checkpoint.source());
                try (SegmentOutcome outcome = loop.run(window, report -> losses.add(report.loss()), () -> false)) {
                    outcome.changed().values().forEach(tensors -> tensors.forEach(checkpoint::put));
                }
            }
        }
        return losses;
    }

    @ParameterizedTest
    @EnumSource
    void theLossStaysCloseToThatOfExactLayers(Precision precision) {
        TinyRun run = TinyRun.badam(precision, STEPS);
        List<Double> exact = new ArrayList<>();
        try (Decoder decoder = run.model();
                FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.empty())) {
            while (loop.nextStep() < STEPS) {
                loop.run(run.segments().containing(loop.nextStep()), report -> exact.add(report.loss()), () -> false)
                        .close();
            }
        }
        List<Double> quantized = train(run, new Checkpoint(precision));

        assertThat(quantized).isNotEqualTo(exact);
        for (int step = 0; step < STEPS; step++) {
            assertThat(Math.abs(quantized.get(step) / exact.get(step) - 1))
                    .as("step %d: %s and %s", step, quantized.get(step), exact.get(step))
                    .isLessThan(LOSS_DISTANCE);
        }
        assertThat(quantized.getLast()).isLessThan(quantized.getFirst());
    }

    @Test
    void aVisitChangesItsBlockAloneAndBeginsWithExactWeights() {
        TinyRun run = TinyRun.badam(Precision.BF16, STEPS);
        Checkpoint checkpoint = new Checkpoint(Precision.BF16);
        Map<String, ByteBuffer> before = checkpoint.bits();
        SegmentWindow window = run.segments().containing(0);
        try (Decoder decoder = checkpoint.load(run, window);
                FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.empty())) {
            for (ParameterGroup group : groups(window)) {
                TinyRun.bits(decoder, group)
                        .forEach((name, bits) -> assertThat(bits).as(name).isEqualTo(before.get(name)));
            }
            try (SegmentOutcome outcome = loop.run(window, StepListener.none(), () -> false)) {
                assertThat(outcome.changed().keySet()).containsExactlyInAnyOrderElementsOf(groups(window));
                outcome.changed().values().forEach(tensors -> tensors.forEach(checkpoint::put));
            }
        }
        Map<String, ByteBuffer> after = checkpoint.bits();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        assertThat(after.entrySet().stream()
                        .filter(tensor -> !tensor.getValue().equals(before.get(tensor.getKey())))
                        .count())
                .isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void continuesBitForBitAfterAStopInsideAVisitAndBetweenTwo(Precision precision) {
        TinyRun run = TinyRun.badam(precision, STEPS);
        Checkpoint whole = new Checkpoint(precision);
        train(run, whole);
        for (int stop : new int[] {TinyRun.SEGMENT_STEPS, TinyRun.SEGMENT_STEPS + 3}) {
            Checkpoint parts = new Checkpoint(precision);
            Optional<TrainingState> state = Optional.empty();
            // A new trainer for every piece, with nothing but checkpoint and state.
            for (long next = 0; next < STEPS; ) {
                SegmentWindow window = run.segments().containing(next);
                boolean before = next < stop;
                try (Decoder decoder = parts.load(run, window);
                        FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), state);
                        SegmentOutcome outcome =
                                loop.run(window, StepListener.none(), () -> before && loop.nextStep() == stop)) {
                    outcome.changed().values().forEach(tensors -> tensors.forEach(parts::put));
                    state = Optional.of(TrainingState.of(
                            outcome.state().cursorJson(),
                            outcome.state().tensors().stream()
                                    .map(FrozenLayersTest::copy)
                                    .toList()));
                    next = outcome.nextStep();
                }
            }
            assertThat(parts.bits()).as("stopped at " + stop).isEqualTo(whole.bits());
        }
    }
}
