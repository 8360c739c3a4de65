package io.finemesh.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.plan.schedule.LearningRateSchedule.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LearningRateScheduleTest {
    /** Values written out from the formulas of transformers' optimization.py for peak 1, warm-up 4, 12 steps. */
    @ParameterizedTest
    @CsvSource({
        "CONSTANT, 0, 0.0",
        "CONSTANT, 1, 0.25",
        "CONSTANT, 3, 0.75",
        "CONSTANT, 4, 1.0",
        "CONSTANT, 11, 1.0",
        "LINEAR, 0, 0.0",
        "LINEAR, 3, 0.75",
        "LINEAR, 4, 1.0",
        "LINEAR, 5, 0.875",
        "LINEAR, 8, 0.5",
        "LINEAR, 11, 0.125",
        "LINEAR, 12, 0.0",
        "COSINE, 0, 0.0",
        "COSINE, 2, 0.5",
        "COSINE, 4, 1.0",
        "COSINE, 6, 0.8535533905932737",
        "COSINE, 8, 0.5",
        "COSINE, 11, 0.03806023374435663",
        "COSINE, 12, 0.0",
    })
    void isTheClosedFormOfTheReference(Kind kind, long step, double expected) {
        assertThat(new LearningRateSchedule(kind, 1.0, 4, 12, 0.0).at(step)).isCloseTo(expected, within(1e-15));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void startsAtThePeakWithoutWarmup(Kind kind) {
        assertThat(new LearningRateSchedule(kind, 3e-3, 0, 100, 0.0).at(0)).isEqualTo(3e-3);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"LINEAR", "COSINE"})
    void decaysToTheFinalFractionAndStaysThere(Kind kind) {
        LearningRateSchedule schedule = new LearningRateSchedule(kind, 2.0, 10, 110, 0.1);
        assertThat(schedule.at(60)).isCloseTo(2.0 * (0.1 + 0.9 * 0.5), within(1e-12));
        assertThat(schedule.at(110)).isCloseTo(0.2, within(1e-12));
        assertThat(schedule.at(10_000)).isCloseTo(0.2, within(1e-12));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void neverRisesAfterTheWarmup(Kind kind) {
        LearningRateSchedule schedule = new LearningRateSchedule(kind, 1e-5, 7, 200, 0.05);
        for (long step = 7; step < 210; step++) {
            assertThat(schedule.at(step + 1)).isLessThanOrEqualTo(schedule.at(step));
        }
    }

    @Test
    void aWarmupMayFillTheWholeRun() {
        LearningRateSchedule schedule = new LearningRateSchedule(Kind.COSINE, 1.0, 5, 5, 0.0);
        assertThat(schedule.at(4)).isCloseTo(0.8, within(1e-15));
        assertThat(schedule.at(5)).isEqualTo(1.0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1e-9, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesImpossiblePeaks(double peak) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LearningRateSchedule(Kind.CONSTANT, peak, 0, 1, 0))
                .withMessageContaining(String.valueOf(peak));
    }

    @Test
    void refusesImpossibleLengthsAndFractions() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LearningRateSchedule(Kind.LINEAR, 1, 0, 0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LearningRateSchedule(Kind.LINEAR, 1, 11, 10, 0))
                .withMessageContaining("0 to 10 steps")
                .withMessageContaining("got 11");
        assertThatIllegalArgumentException().isThrownBy(() -> new LearningRateSchedule(Kind.LINEAR, 1, -1, 10, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new LearningRateSchedule(Kind.LINEAR, 1, 0, 10, 1.5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LearningRateSchedule(Kind.LINEAR, 1, 0, 10, Double.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LearningRateSchedule.constant(1, 10).at(-1))
                .withMessageContaining("-1");
    }
}
