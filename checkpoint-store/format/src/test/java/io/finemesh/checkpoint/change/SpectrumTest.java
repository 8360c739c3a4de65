package io.finemesh.checkpoint.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SpectrumTest {
    @Test
    void equalValuesCountAsManyDirectionsAsThereAre() {
        double[] values = new double[20];
        Arrays.fill(values, 3);

        Spectrum spectrum = Spectrum.of(values);

        assertThat(spectrum.effectiveRank()).isCloseTo(20, within(1e-12));
        assertThat(spectrum.rankOfNinety()).isEqualTo(18);
        assertThat(spectrum.explained()).extracting(Spectrum.Explained::values).containsExactly(1, 2, 4, 8, 16, 20);
        assertThat(spectrum.explained().getLast().share()).isEqualTo(1);
    }

    @Test
    void theEntropyIsOfTheValuesAndTheVarianceOfTheirSquares() {
        // Shares 1/2, 1/4, 1/4 have the entropy 1.5 ln 2; squares 4, 1, 1 explain 4/6, 5/6, 6/6.
        Spectrum spectrum = Spectrum.of(new double[] {1, 2, 1});

        assertThat(spectrum.effectiveRank()).isCloseTo(Math.pow(2, 1.5), within(1e-14));
        assertThat(spectrum.rankOfNinety()).isEqualTo(3);
        assertThat(spectrum.explained().getFirst().share()).isCloseTo(4.0 / 6, within(1e-15));
        assertThat(spectrum.explained().get(1).share()).isCloseTo(5.0 / 6, within(1e-15));
    }

    @Test
    void zerosAreNoDirections() {
        Spectrum spectrum = Spectrum.of(new double[] {0, 5, 0, 0});

        assertThat(spectrum.effectiveRank()).isEqualTo(1);
        assertThat(spectrum.rankOfNinety()).isEqualTo(1);
        assertThat(spectrum.fullRank()).isEqualTo(4);
    }

    @Test
    void updatesSoSmallThatTheirSquaresVanishKeepTheirShares() {
        Spectrum spectrum = Spectrum.of(new double[] {1e-300, 1e-300});

        assertThat(spectrum.effectiveRank()).isCloseTo(2, within(1e-12));
        assertThat(spectrum.explained().getFirst().share()).isEqualTo(0.5);
    }

    @Test
    void valuesThatAreNoneAreRefused() {
        for (double[] none : new double[][] {{}, {0, 0}, {-1, 2}, {1, Double.NaN}, {Double.POSITIVE_INFINITY}}) {
            assertThatThrownBy(() -> Spectrum.of(none))
                    .as(Arrays.toString(none))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("singular values");
        }
    }
}
