package io.finemesh.plan.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BlockOrderTest {
    @ParameterizedTest
    @CsvSource({
        "ASCENDING, -1, 0 1 2 3 0 1 2 3 0",
        "ASCENDING, 0,  0 1 2 3 0 1 2 3 0",
        "ASCENDING, 2,  2 3 0 1 2 3 0 1 2",
        "DESCENDING, -1, 3 2 1 0 3 2 1 0 3",
        "DESCENDING, 0,  0 3 2 1 0 3 2 1 0",
        "DESCENDING, 2,  2 1 0 3 2 1 0 3 2",
        "FIXED, -1, 0 0 0 0 0 0 0 0 0",
        "FIXED, 3,  3 3 3 3 3 3 3 3 3",
    })
    void visitsInOrderFromTheStart(BlockOrder order, int start, String expected) {
        int[] visited = IntStream.range(0, 9)
                .map(visit -> order.blockAt(visit, 4, start, 99))
                .toArray();
        assertThat(visited).containsExactly(IntStream.of(numbers(expected)).toArray());
    }

    @Test
    void randomVisitsEachBlockOncePerBlockEpochWithAnyStart() {
        long master = 0x5eed_0002L;
        SplittableRandom random = new SplittableRandom(master);
        for (int trial = 0; trial < 300; trial++) {
            int blocks = random.nextInt(1, 40);
            int start = random.nextInt(-1, blocks);
            long seed = random.nextLong();
            int epoch = random.nextInt(0, 5);
            int[] visited = IntStream.range(epoch * blocks, (epoch + 1) * blocks)
                    .map(visit -> BlockOrder.RANDOM.blockAt(visit, blocks, start, seed))
                    .toArray();
            String facts = "master seed %d, trial %d: seed %d, %d blocks, start %d, block-epoch %d"
                    .formatted(master, trial, seed, blocks, start, epoch);
            assertThat(IntStream.of(visited).sorted().toArray())
                    .as(facts)
                    .isEqualTo(IntStream.range(0, blocks).toArray());
            if (start >= 0 && epoch == 0) {
                assertThat(visited[0]).as(facts).isEqualTo(start);
            }
        }
    }

    @Test
    void aStartLeavesLaterBlockEpochsAsTheyAre() {
        for (int visit = 7; visit < 35; visit++) {
            assertThat(BlockOrder.RANDOM.blockAt(visit, 7, 5, 11))
                    .isEqualTo(BlockOrder.RANDOM.blockAt(visit, 7, BlockOrder.NATURAL_START, 11));
        }
    }

    @Test
    void randomReshufflesBetweenBlockEpochsAndSeeds() {
        int[] first = epoch(0, 1);
        assertThat(epoch(1, 1)).isNotEqualTo(first);
        assertThat(epoch(0, 2)).isNotEqualTo(first);
        assertThat(epoch(0, 1)).isEqualTo(first);
    }

    private static int[] epoch(int epoch, long seed) {
        return IntStream.range(epoch * 16, epoch * 16 + 16)
                .map(visit -> BlockOrder.RANDOM.blockAt(visit, 16, BlockOrder.NATURAL_START, seed))
                .toArray();
    }

    @ParameterizedTest
    @EnumSource(BlockOrder.class)
    void everyOrderWorksWithEveryStartAtAnyVisit(BlockOrder order) {
        for (int start = BlockOrder.NATURAL_START; start < 5; start++) {
            for (int visit : new int[] {0, 1, 4, 5, 1_000_003, Integer.MAX_VALUE}) {
                assertThat(order.blockAt(visit, 5, start, -3, importance(order, 5)))
                        .isBetween(0, 4);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(BlockOrder.class)
    void refusesBlocksAndVisitsThatDoNotExist(BlockOrder order) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> order.blockAt(0, 4, 4, 1, importance(order, 4)))
                .withMessageContaining("start block 4 does not exist; allowed: 0 to 3");
        assertThatIllegalArgumentException().isThrownBy(() -> order.blockAt(0, 4, -2, 1, importance(order, 4)));
        assertThatIllegalArgumentException().isThrownBy(() -> order.blockAt(0, 0, -1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> order.blockAt(-1, 4, -1, 1, importance(order, 4)));
    }

    private static List<Double> importance(BlockOrder order, int blocks) {
        return order == BlockOrder.IMPORTANCE ? Collections.nCopies(blocks, 0.5) : List.of();
    }

    private static int[] numbers(String text) {
        return IntStream.range(0, text.split(" ").length)
                .map(i -> Integer.parseInt(text.split(" ")[i]))
                .toArray();
    }
}
