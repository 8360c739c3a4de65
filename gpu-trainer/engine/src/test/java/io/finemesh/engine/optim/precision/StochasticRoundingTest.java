package io.finemesh.engine.optim.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StochasticRoundingTest {
    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    @Test
    void eachResultIsOneOfTheTwoNeighboursAndExactValuesStay() {
        float[] values = new float[20_000];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        values[0] = 1.5f;
        values[1] = 0f;
        values[2] = -0.0078125f;
        float[] rounded = rounded(values, StochasticRounding.key(1, 2, "w"));
        for (int i = 0; i < values.length; i++) {
            int below = Float.floatToRawIntBits(values[i]) & 0xffff_0000;
            assertThat(Float.floatToRawIntBits(rounded[i])).isIn(below, below + 0x1_0000);
        }
        assertThat(rounded[0]).isEqualTo(1.5f);
        assertThat(rounded[1]).isZero();
        assertThat(rounded[2]).isEqualTo(-0.0078125f);
    }

    /** Mean of 100,000 draws within four standard deviations, over elements and over steps. */
    @Test
    void theMeanIsTheValue() {
        float value = 1f + 0.3f / 128;
        int draws = 100_000;
        float[] many = new float[draws];
        Arrays.fill(many, value);
        double up = 0;
        for (float found : rounded(many, StochasticRounding.key(7, 0, "w"))) {
            up += found > value ? 1 : 0;
        }
        double deviation = Math.sqrt(0.3 * 0.7 / draws);
        assertThat(up / draws).isCloseTo(0.3, within(4 * deviation));

        double upOverSteps = 0;
        for (int step = 0; step < draws; step++) {
            long key = StochasticRounding.key(7, step, "w");
            upOverSteps += StochasticRounding.rounded(value, key, 3) > value ? 1 : 0;
        }
        assertThat(upOverSteps / draws).isCloseTo(0.3, within(4 * deviation));
    }

    @Test
    void neighbouringElementsAndStepsAreIndependent() {
        int draws = 40_000;
        double sameElements = 0;
        double sameSteps = 0;
        for (int i = 0; i < draws; i++) {
            long key = StochasticRounding.key(1, i, "w");
            boolean bit = StochasticRounding.bits(key, 5) < 0x8000;
            sameElements += bit == StochasticRounding.bits(key, 6) < 0x8000 ? 1 : 0;
            sameSteps += bit == StochasticRounding.bits(StochasticRounding.key(1, i + 1, "w"), 5) < 0x8000 ? 1 : 0;
        }
        double four = 4 * Math.sqrt(0.25 / draws);
        assertThat(sameElements / draws).isCloseTo(0.5, within(four));
        assertThat(sameSteps / draws).isCloseTo(0.5, within(four));
    }

    @Test
    void bitsAreAFunctionOfSeedStepTensorAndElement() {
        float[] values = new float[300_000];
        Arrays.fill(values, 1.001f);
        long key = StochasticRounding.key(3, 4, "w");
        float[] rounded = rounded(values, key);
        assertThat(rounded(values, key)).isEqualTo(rounded);
        for (int i : new int[] {0, 1, 77, (1 << 18) - 1, 1 << 18, 299_999}) {
            assertThat(rounded[i]).isEqualTo(StochasticRounding.rounded(1.001f, key, i));
        }
        assertThat(rounded(values, StochasticRounding.key(4, 4, "w"))).isNotEqualTo(rounded);
        assertThat(rounded(values, StochasticRounding.key(3, 5, "w"))).isNotEqualTo(rounded);
        assertThat(rounded(values, StochasticRounding.key(3, 4, "x"))).isNotEqualTo(rounded);
        assertThat(Arrays.copyOfRange(rounded, 0, 30_000))
                .isNotEqualTo(Arrays.copyOfRange(rounded, 1 << 18, (1 << 18) + 30_000));
    }

    private static float[] rounded(float[] values, long key) {
        try (TensorScope _ = TensorScope.open("test")) {
            return TensorBytes.floats(StochasticRounding.rounded(TensorBytes.floats(values, values.length), key)
                    .to(ScalarType.Float));
        }
    }
}
