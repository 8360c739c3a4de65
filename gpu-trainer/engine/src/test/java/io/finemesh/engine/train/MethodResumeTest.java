package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.plan.schedule.SegmentWindow;
import java.util.Collection;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method, stopped at every kind of place: N steps equal k steps, save, load, N-k steps, bit for bit. {@link ResumeTest} does it over processes. */
class MethodResumeTest {
    private static final int STEPS = 12;

    static Collection<String> methods() {
        return TinyRun.METHODS.keySet();
    }

    /** Refreshes of GaLore fall on updates 0, 5 and 10: stops before, on and after one, inside a segment and between two. */
    @ParameterizedTest
    @MethodSource("methods")
    void continuesBitForBit(String method) {
        for (Precision precision : Precision.values()) {
            TinyRun run = TinyRun.named(method, precision, STEPS);
            try (Decoder whole = run.model();
                    FineTuneLoop loop = new FineTuneLoop(whole, run.plan(), run.data(), Optional.empty())) {
                SegmentOutcome end = null;
                while (loop.nextStep() < STEPS) {
                    end = loop.run(run.segments().containing(loop.nextStep()), StepListener.none(), () -> false);
                }
                for (int stop : precision == Precision.FP32 ? new int[] {4, 6} : new int[] {5, 11}) {
                    SegmentOutcome resumed = interrupted(run, whole, stop);
                    assertThat(TinyRun.bits(resumed.state().tensors()))
                            .as(method + " in " + precision + ", stopped at " + stop)
                            .isEqualTo(TinyRun.bits(end.state().tensors()));
                    assertThat(resumed.state().cursorJson())
                            .isEqualTo(end.state().cursorJson());
                }
            }
        }
    }

    private static SegmentOutcome interrupted(TinyRun run, Decoder whole, int stop) {
        try (Decoder parts = run.model()) {
            TrainingState state;
            try (FineTuneLoop first = new FineTuneLoop(parts, run.plan(), run.data(), Optional.empty())) {
                SegmentOutcome outcome = null;
                while (first.nextStep() < stop) {
                    SegmentWindow window = run.segments().containing(first.nextStep());
                    outcome = first.run(window, StepListener.none(), () -> first.nextStep() >= stop);
                }
                state = TrainingState.of(
                        outcome.state().cursorJson(), outcome.state().tensors());
            }
            try (FineTuneLoop second = new FineTuneLoop(parts, run.plan(), run.data(), Optional.of(state))) {
                SegmentOutcome outcome = null;
                while (second.nextStep() < STEPS) {
                    outcome =
                            second.run(run.segments().containing(second.nextStep()), StepListener.none(), () -> false);
                }
                assertThat(TinyRun.bits(parts)).as("stopped at " + stop).isEqualTo(TinyRun.bits(whole));
                return outcome;
            }
        }
    }
}
