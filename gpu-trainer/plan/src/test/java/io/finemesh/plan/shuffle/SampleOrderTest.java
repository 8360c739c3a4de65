package io.finemesh.plan.shuffle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SampleOrderTest {
    @Test
    void theFirstStepOfSamplesIsWhereReadingTheStreamMeetsOneOfThem() {
        long master = 0x5eed_0002L;
        SplittableRandom random = new SplittableRandom(master);
        for (int trial = 0; trial < 200; trial++) {
            int samples = random.nextInt(1, 60);
            SampleOrder order = new SampleOrder(random.nextLong(), random.nextInt(1, 9), samples);
            int from = random.nextInt(samples);
            int to = random.nextInt(from, samples);
            long read = 0;
            while (order.epoch(0).at((int) read) < from || order.epoch(0).at((int) read) > to) {
                read++;
            }
            assertThat(order.firstStepOf(from, to))
                    .as("master seed %d, trial %d: %s, samples %d to %d", master, trial, order, from, to)
                    .isEqualTo(read / order.batchSize());
        }
    }

    @Test
    void anEpochEndsWithinABatch() {
        SampleOrder order = new SampleOrder(1, 4, 10);

        assertThat(order.epochOf(2)).isZero();
        assertThat(order.epochOf(3)).isEqualTo(1);
    }

    @Test
    void whatCannotBeReadIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new SampleOrder(1, 0, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> new SampleOrder(1, 1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SampleOrder(1, 1, 5).firstStepOf(3, 5))
                .withMessageContaining("of 5 samples");
    }
}
