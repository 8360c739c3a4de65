package io.finemesh.evaluator.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class FigureTest {
    @Test
    void aFractionHasTheStandardErrorOfAMeanOfZerosAndOnes() {
        Figure figure = Figure.fraction(30, 40);

        assertThat(figure.value()).isEqualTo(0.75);
        assertThat(figure.standardError().getAsDouble()).isCloseTo(Math.sqrt(0.75 * 0.25 / 39), within(1e-15));
        assertThat(figure.samples()).isEqualTo(40);
    }

    @Test
    void aSingleSampleHasNoStandardError() {
        assertThat(Figure.fraction(1, 1).standardError()).isEmpty();
        assertThat(Figure.loss(new double[] {2}, new long[] {4}).standardError())
                .isEmpty();
    }

    @Test
    void lossIsOverTokensNotOverSamples() {
        Figure loss = Figure.loss(new double[] {1, 8}, new long[] {1, 2});

        assertThat(loss.value()).isEqualTo(3.0);
    }

    @Test
    void withEqualLengthsTheErrorIsThatOfAPlainMean() {
        double[] losses = {4, 6, 8, 10};
        Figure loss = Figure.loss(losses, new long[] {2, 2, 2, 2});

        // Per-token losses 2, 3, 4, 5: variance 5/3 with n - 1.
        assertThat(loss.value()).isEqualTo(3.5);
        assertThat(loss.standardError().getAsDouble()).isCloseTo(Math.sqrt(5.0 / 3 / 4), within(1e-12));
    }

    @Test
    void equalSamplesHaveNoError() {
        assertThat(Figure.loss(new double[] {3, 3}, new long[] {2, 2})
                        .standardError()
                        .getAsDouble())
                .isZero();
    }

    @Test
    void perplexityIsTheExponentialOfTheLoss() {
        Figure loss = Figure.loss(new double[] {1, 3}, new long[] {1, 1});
        Figure perplexity = Figure.perplexity(loss);

        assertThat(perplexity.value()).isCloseTo(Math.exp(2), within(1e-12));
        assertThat(perplexity.standardError().getAsDouble())
                .isCloseTo(Math.exp(2) * loss.standardError().getAsDouble(), within(1e-12));
    }

    @Test
    void aFigureOverNothingIsRefused() {
        assertThatThrownBy(() -> Figure.fraction(0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
