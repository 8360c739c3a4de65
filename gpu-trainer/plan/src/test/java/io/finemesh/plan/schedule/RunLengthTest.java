package io.finemesh.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunLengthTest {
    @ParameterizedTest
    @CsvSource({
        "1, 10, 5, 2",
        "1, 11, 5, 3",
        "3, 11, 5, 7",
        "0.5, 10, 5, 1",
        "0.01, 10, 5, 1",
        "2, 1, 8, 1",
        "3, 7473, 16, 1402"
    })
    void roundsUpSoThatEverySampleIsRead(double epochs, long samples, int batchSize, long steps) {
        assertThat(RunLength.stepsOfEpochs(epochs, samples, batchSize)).isEqualTo(steps);
    }

    @Test
    void refusesRunsWithoutALength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunLength.stepsOfEpochs(0, 10, 1))
                .withMessageContaining("got 0.0");
        assertThatIllegalArgumentException().isThrownBy(() -> RunLength.stepsOfEpochs(Double.NaN, 10, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> RunLength.stepsOfEpochs(Double.POSITIVE_INFINITY, 10, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> RunLength.stepsOfEpochs(1, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> RunLength.stepsOfEpochs(1, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> RunLength.stepsOfEpochs(1e300, 1, 1));
    }
}
