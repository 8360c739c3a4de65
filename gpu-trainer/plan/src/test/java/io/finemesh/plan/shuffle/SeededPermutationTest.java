package io.finemesh.plan.shuffle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeededPermutationTest {
    // Computed by a separate program from the description in the class comment.
    private static final int[] PINNED_BLOCKS = {3, 7, 8, 2, 1, 5, 9, 6, 4, 0};
    private static final int[] PINNED_SAMPLES = {3, 1, 7, 9, 2, 6, 4, 5, 8, 0};

    @Test
    void holdsEveryNumberOnceForAnySeedEpochAndSize() {
        long master = 0x5eed_0001L;
        SplittableRandom random = new SplittableRandom(master);
        for (int trial = 0; trial < 400; trial++) {
            long seed = random.nextLong();
            long epoch = random.nextLong(1L << 40);
            int size = random.nextInt(0, 300);
            int[] sorted = SeededPermutation.of(Purpose.SAMPLE_ORDER, seed, epoch, size)
                    .toArray();
            Arrays.sort(sorted);
            assertThat(sorted)
                    .as("master seed %d, trial %d: seed %d, epoch %d, size %d", master, trial, seed, epoch, size)
                    .isEqualTo(IntStream.range(0, size).toArray());
        }
    }

    @Test
    void theirPositionsAreThoseInTheWholeOrder() {
        long master = 0x5eed_0003L;
        SplittableRandom random = new SplittableRandom(master);
        for (int trial = 0; trial < 200; trial++) {
            long seed = random.nextLong();
            long epoch = random.nextLong(1L << 40);
            int size = random.nextInt(1, 200);
            SeededPermutation whole = SeededPermutation.of(Purpose.SAMPLE_ORDER, seed, epoch, size);
            for (int position = 0; position < size; position++) {
                assertThat(SeededPermutation.positionOf(Purpose.SAMPLE_ORDER, seed, epoch, size, whole.at(position)))
                        .as("master seed %d, trial %d: seed %d, epoch %d, size %d", master, trial, seed, epoch, size)
                        .isEqualTo(position);
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SeededPermutation.positionOf(Purpose.SAMPLE_ORDER, 1, 0, 5, 5));
    }

    /** These orders are in the checkpoints of every run ever made: a change here changes what a resumed run reads. */
    @Test
    void neverChangesFromOneVersionToTheNext() {
        assertThat(SeededPermutation.of(Purpose.BLOCK_ORDER, 0, 0, 10).toArray())
                .containsExactly(PINNED_BLOCKS);
        assertThat(SeededPermutation.of(Purpose.SAMPLE_ORDER, 42, 3, 10).toArray())
                .containsExactly(PINNED_SAMPLES);
    }

    @Test
    void differsBetweenSeedsEpochsAndPurposes() {
        int[] one = SeededPermutation.of(Purpose.BLOCK_ORDER, 1, 0, 50).toArray();
        assertThat(SeededPermutation.of(Purpose.BLOCK_ORDER, 1, 0, 50).toArray())
                .isEqualTo(one);
        assertThat(SeededPermutation.of(Purpose.BLOCK_ORDER, 2, 0, 50).toArray())
                .isNotEqualTo(one);
        assertThat(SeededPermutation.of(Purpose.BLOCK_ORDER, 1, 1, 50).toArray())
                .isNotEqualTo(one);
        assertThat(SeededPermutation.of(Purpose.SAMPLE_ORDER, 1, 0, 50).toArray())
                .isNotEqualTo(one);
    }

    @Test
    void givesEachOrderTheSameChance() {
        Map<String, Integer> seen = new HashMap<>();
        int draws = 24_000;
        for (int epoch = 0; epoch < draws; epoch++) {
            seen.merge(
                    Arrays.toString(SeededPermutation.of(Purpose.BLOCK_ORDER, 7, epoch, 4)
                            .toArray()),
                    1,
                    Integer::sum);
        }
        assertThat(seen).hasSize(24);
        // Expected 1000 each; five standard deviations of a binomial count are about 155.
        assertThat(seen.values()).allSatisfy(count -> assertThat(count).isCloseTo(1000, within(155)));
    }

    @Test
    void refusesNegativeEpochOrSize() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SeededPermutation.of(Purpose.BLOCK_ORDER, 1, -1, 4))
                .withMessageContaining("epoch -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SeededPermutation.of(Purpose.BLOCK_ORDER, 1, 0, -4))
                .withMessageContaining("size -4");
    }
}
