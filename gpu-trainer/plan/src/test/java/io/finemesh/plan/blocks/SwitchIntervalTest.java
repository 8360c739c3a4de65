package io.finemesh.plan.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SwitchIntervalTest {
    @ParameterizedTest
    @CsvSource({
        // samples, batch, blocks, K
        "1,        1,  1,  50", // far too few for one visit
        "7473,     16, 32, 50", // 14.6
        "51200,    32, 32, 50", // exactly 50
        "51711,    32, 32, 50", // 50.499
        "51712,    32, 32, 51", // 50.5 rounds up
        "76800,    32, 32, 75",
        "102400,   32, 32, 100",
        "52002,    2,  32, 100", // 812.5
        "9000000000, 1, 1, 100",
    })
    void isThePublishedFormula(long samples, int batchSize, int blocks, int expected) {
        assertThat(SwitchInterval.automatic(samples, batchSize, blocks)).isEqualTo(expected);
    }

    @Test
    void refusesNothingToSpread() {
        assertThatIllegalArgumentException().isThrownBy(() -> SwitchInterval.automatic(0, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> SwitchInterval.automatic(1, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> SwitchInterval.automatic(1, 1, 0));
    }
}
