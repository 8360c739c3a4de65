package io.finemesh.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TokenChoiceTest {
    private static final int DRAWS = 20_000;
    private static final float[] LOGITS = {1.0f, 0.0f, 2.0f, -1.0f, 1.5f};

    private static double[] frequencies(Sampling sampling, float[] logits, int... seen) {
        double[] counts = new double[logits.length];
        for (int seed = 0; seed < DRAWS; seed++) {
            counts[new TokenChoice(sampling, seed).exact(logits.clone(), tokens(seen), 3)] += 1.0 / DRAWS;
        }
        return counts;
    }

    private static BitSet tokens(int... tokens) {
        BitSet set = new BitSet();
        for (int token : tokens) {
            set.set(token);
        }
        return set;
    }

    /** Probabilities of logits over a temperature, among those from {@code least} on. */
    private static double[] softmax(float[] logits, double temperature, double least) {
        double[] weights = new double[logits.length];
        double total = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = logits[i] < least ? 0 : Math.exp(logits[i] / temperature);
            total += weights[i];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= total;
        }
        return weights;
    }

    private static void assertDrawnFrom(double[] found, double[] expected) {
        for (int i = 0; i < found.length; i++) {
            double deviation = Math.sqrt(expected[i] * (1 - expected[i]) / DRAWS);
            assertThat(found[i]).as("token " + i).isCloseTo(expected[i], within(4.5 * deviation + 1e-12));
        }
    }

    @Test
    void tokensComeAsOftenAsTheirProbabilitySays() {
        assertDrawnFrom(frequencies(Sampling.atTemperature(1), LOGITS), softmax(LOGITS, 1, -9));
        assertDrawnFrom(frequencies(Sampling.atTemperature(0.5), LOGITS), softmax(LOGITS, 0.5, -9));
    }

    @Test
    void topKLeavesTheKMostLikely() {
        assertDrawnFrom(frequencies(new Sampling(1, 3, 1, 1), LOGITS), softmax(LOGITS, 1, 1.0));
        assertDrawnFrom(frequencies(new Sampling(1, 1, 1, 1), LOGITS), new double[] {0, 0, 1, 0, 0});
        assertDrawnFrom(frequencies(new Sampling(1, 99, 1, 1), LOGITS), softmax(LOGITS, 1, -9));
    }

    @Test
    void topPLeavesTheFewestThatTogetherReachIt() {
        // Probabilities: 2.0 has .459, 1.5 has .278, 1.0 has .169, 0.0 has .062, -1.0 has .023.
        assertDrawnFrom(frequencies(new Sampling(1, 0, 0.4, 1), LOGITS), softmax(LOGITS, 1, 2.0));
        assertDrawnFrom(frequencies(new Sampling(1, 0, 0.5, 1), LOGITS), softmax(LOGITS, 1, 1.5));
        assertDrawnFrom(frequencies(new Sampling(1, 0, 0.8, 1), LOGITS), softmax(LOGITS, 1, 1.0));
        // After top k 2 the two have .623 and .377.
        assertDrawnFrom(frequencies(new Sampling(1, 2, 0.6, 1), LOGITS), softmax(LOGITS, 1, 2.0));
    }

    @Test
    void whatWasSaidBeforeIsPenalised() {
        float[] penalised = {1.0f, 0.0f, 1.0f, -2.0f, 1.5f};
        assertDrawnFrom(frequencies(new Sampling(1, 0, 1, 2), LOGITS, 2, 3), softmax(penalised, 1, -9));
        assertThat(new TokenChoice(new Sampling(0, 0, 1, 2), 1).exact(LOGITS.clone(), tokens(2), 0))
                .isEqualTo(4);
    }

    @Test
    void greedyTakesTheLowestIdOfEquals() {
        float[] equals = {0, 3, 3, 1};
        TokenChoice greedy = new TokenChoice(Sampling.GREEDY, 5);
        assertThat(greedy.exact(equals.clone(), tokens(), 0)).isEqualTo(1);
        assertThat(greedy.certain(equals.clone(), tokens(), 0, 1e-9)).isEmpty();
    }

    static Stream<Sampling> samplings() {
        return Stream.of(
                Sampling.GREEDY,
                new Sampling(0, 0, 1, 1.3),
                Sampling.atTemperature(0.7),
                new Sampling(1, 5, 1, 1),
                new Sampling(1, 1, 1, 1),
                new Sampling(0.8, 0, 0.6, 1),
                new Sampling(1.2, 6, 0.7, 1.1));
    }

    /** What makes results independent of the company: a certain choice is the one any logits within the tolerance give. */
    @ParameterizedTest
    @MethodSource("samplings")
    void certainMeansThatNoLogitsWithinTheToleranceChooseDifferently(Sampling sampling) {
        SplittableRandom random = new SplittableRandom(0x5eed_7001L);
        double tolerance = 0.01;
        int certain = 0;
        for (int trial = 0; trial < 3000; trial++) {
            float[] truth = new float[20];
            for (int i = 0; i < truth.length; i++) {
                // Coarse steps, so that many logits are nearly equal.
                truth[i] = (float) (Math.rint(random.nextGaussian() * 4) / 4 + random.nextDouble(0.02));
            }
            BitSet seen = tokens(random.nextInt(20), random.nextInt(20));
            TokenChoice choice = new TokenChoice(sampling, trial);
            int exact = choice.exact(truth.clone(), seen, trial);
            float[] near = truth.clone();
            for (int i = 0; i < near.length; i++) {
                near[i] += (float) random.nextDouble(-tolerance, tolerance);
            }
            OptionalInt found = choice.certain(near, seen, trial, tolerance);
            if (found.isPresent()) {
                certain++;
                assertThat(found.getAsInt()).as("trial " + trial).isEqualTo(exact);
            }
        }
        assertThat(certain).as("choices that were certain").isGreaterThan(300);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Sampling.atTemperature(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Sampling.atTemperature(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> new Sampling(1, -1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Sampling(1, 0, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Sampling(1, 0, 1.1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Sampling(1, 0, 1, 0));
    }
}
