package io.finemesh.score.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FigureTest {
    private static final double[] LIKELIHOODS = {-0.5, -1.25, -3.0, -0.125, -2.0, -0.75, -1.0};

    @Test
    void theErrorOfAFractionIsThatOfProportionsWithOneLess() {
        double[] values = new double[1319];
        Arrays.fill(values, 0, 742, 1);
        Figure figure = Mean.of(values);
        double p = 742 / 1319.0;
        assertThat(figure.value()).isEqualTo(p);
        assertThat(figure.standardError().orElseThrow()).isCloseTo(Math.sqrt(p * (1 - p) / 1318), within(1e-15));
    }

    @Test
    void oneSampleHasNoErrorAndEqualOnesHaveNone() {
        assertThat(Mean.of(new double[] {1}).standardError()).isEmpty();
        assertThat(Mean.of(new double[] {1, 1, 1}).standardError()).hasValue(0);
    }

    @Test
    void valuesThatAreNoNumbersAreRefused() {
        assertThatThrownBy(() -> Mean.of(new double[] {1, Double.NaN})).hasMessageContaining("sample 1");
        assertThatThrownBy(() -> Mean.of(new double[0])).hasMessageContaining("at least one");
        assertThatThrownBy(() -> Bootstrap.of(new double[] {1, Double.POSITIVE_INFINITY}, Statistic.MEDIAN, 10))
                .hasMessageContaining("sample 1");
    }

    /** Expected values: the same resampling in CPython 3, {@code random.Random(i).choices}, chunks of 1000, 500 iterations dropped. */
    @Test
    void theBootstrapDrawsWhatPythonDraws() {
        assertThat(Bootstrap.of(LIKELIHOODS, Statistic.MEDIAN, 2500)
                        .standardError()
                        .orElseThrow())
                .isCloseTo(0.45187200510570663, within(1e-14));
        Figure perplexity = Bootstrap.of(LIKELIHOODS, Statistic.PERPLEXITY, 2500);
        assertThat(perplexity.value()).isCloseTo(3.4285686029162212, within(1e-14));
        assertThat(perplexity.standardError().orElseThrow()).isCloseTo(1.3553769116291496, within(1e-13));
        assertThat(Bootstrap.of(LIKELIHOODS, Statistic.MEDIAN, 50)
                        .standardError()
                        .orElseThrow())
                .isCloseTo(0.45770751956832406, within(1e-14));
        assertThat(Bootstrap.of(LIKELIHOODS, Statistic.MEDIAN, 0).standardError())
                .isEmpty();
    }

    @Test
    void theMedianIsTheUpperOne() {
        assertThat(Bootstrap.of(new double[] {4, 1, 3, 2}, Statistic.MEDIAN, 0).value())
                .isEqualTo(3);
    }

    @Test
    void aGroupOfPartsIsCloseToTheWhole() {
        double[] whole = new double[900];
        Arrays.fill(whole, 0, 100, 1);
        Arrays.fill(whole, 300, 500, 1);
        Figure group =
                TaskGroup.of(List.of(Mean.of(Arrays.copyOf(whole, 300)), Mean.of(Arrays.copyOfRange(whole, 300, 900))));
        assertThat(group.value()).isEqualTo(Mean.of(whole).value());
        assertThat(group.samples()).isEqualTo(900);
        assertThat(group.standardError().orElseThrow())
                .isCloseTo(Mean.of(whole).standardError().orElseThrow(), within(1e-4));
        assertThat(TaskGroup.of(List.of(Mean.of(new double[] {1}), Mean.of(whole)))
                        .standardError())
                .isEmpty();
    }
}
