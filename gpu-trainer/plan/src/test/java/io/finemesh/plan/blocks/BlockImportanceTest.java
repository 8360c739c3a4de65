package io.finemesh.plan.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.plan.ModelShapes;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockImportanceTest {
    private static final List<Double> WEIGHTS = List.of(1.0, 0.25, 3.0, 0.75);

    @Test
    void visitsInProportionToImportance() {
        int[] times = new int[4];
        IntStream.range(0, 4000).forEach(visit -> times[at(visit, BlockOrder.NATURAL_START, WEIGHTS)]++);
        assertThat(times[0]).isBetween(760, 840);
        assertThat(times[1]).isBetween(160, 240);
        assertThat(times[2]).isBetween(2360, 2440);
        assertThat(times[3]).isBetween(560, 640);
    }

    @Test
    void everyBlockEpochHasEachBlocksShareRoundedUpOrDown() {
        for (int epoch = 0; epoch < 200; epoch++) {
            int[] times = new int[4];
            for (int visit = 4 * epoch; visit < 4 * epoch + 4; visit++) {
                times[at(visit, BlockOrder.NATURAL_START, WEIGHTS)]++;
            }
            assertThat(times[0]).isBetween(0, 1);
            assertThat(times[2]).isBetween(2, 3);
        }
    }

    @Test
    void equalImportancesVisitEachBlockOnceAnEpoch() {
        List<Double> equal = Collections.nCopies(7, 2.5);
        for (int epoch = 0; epoch < 50; epoch++) {
            int first = 7 * epoch;
            assertThat(IntStream.range(first, first + 7).map(visit -> at(visit, 3, equal)))
                    .as("epoch " + epoch)
                    .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
        }
    }

    @Test
    void beginsWithAnyStartEvenTheLeastImportant() {
        for (int start = 0; start < 4; start++) {
            assertThat(at(0, start, WEIGHTS)).isEqualTo(start);
        }
    }

    @Test
    void everyOrderWorksWithEveryStart() {
        for (BlockOrder order : BlockOrder.values()) {
            List<Double> weights = order == BlockOrder.IMPORTANCE ? WEIGHTS : List.of();
            for (int start = BlockOrder.NATURAL_START; start < 4; start++) {
                BlockVisits visits = new BlockVisits(
                        BlockPartition.layers(ModelStructure.of(ModelShapes.toy(false)), false, false),
                        order,
                        start,
                        3,
                        false,
                        5,
                        20,
                        weights);
                assertThat(visits.count()).isEqualTo(7);
                assertThat(visits.visit(6).steps()).isEqualTo(2);
                if (start >= 0) {
                    assertThat(visits.visit(0).block().id()).isEqualTo("layer." + start);
                }
            }
        }
    }

    @Test
    void refusesImportancesThatAreMissingOrNoNumbers() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> at(0, 0, List.of(1.0)))
                .withMessageContaining("needs 4 importances, got 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> at(0, 0, List.of(1.0, 0.0, 1.0, 1.0)))
                .withMessageContaining("above 0, got 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BlockOrder.RANDOM.blockAt(0, 4, 0, 1, WEIGHTS))
                .withMessageContaining("needs 0 importances");
    }

    private static int at(int visit, int start, List<Double> weights) {
        return BlockOrder.IMPORTANCE.blockAt(visit, weights.size() == 1 ? 4 : weights.size(), start, 77, weights);
    }
}
