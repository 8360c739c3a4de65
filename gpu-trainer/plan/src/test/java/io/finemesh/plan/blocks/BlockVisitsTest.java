package io.finemesh.plan.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.plan.ModelShapes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BlockVisitsTest {
    private static final List<Block> LAYERS =
            BlockPartition.layers(ModelStructure.of(ModelShapes.toy(false)), false, false);

    @Test
    void everyVisitHasTheWholeIntervalAndTheLastTheRest() {
        BlockVisits visits = new BlockVisits(LAYERS, BlockOrder.ASCENDING, -1, 5, false, 0, 23);
        assertThat(steps(visits)).containsExactly(5, 5, 5, 5, 3);
        assertThat(blockIds(visits)).containsExactly("layer.0", "layer.1", "layer.2", "layer.3", "layer.0");
    }

    @Test
    void referenceCompatibleShortensOnlyTheFirstVisit() {
        BlockVisits visits = new BlockVisits(LAYERS, BlockOrder.ASCENDING, -1, 5, true, 0, 23);
        assertThat(steps(visits)).containsExactly(4, 5, 5, 5, 4);
    }

    /** Active block per step as recorded from the reference: three layers, K = 4, ascending, 14 steps. */
    @Test
    void referenceCompatibleReproducesTheRecordedTrace() {
        BlockVisits visits = new BlockVisits(LAYERS.subList(0, 3), BlockOrder.ASCENDING, -1, 4, true, 0, 14);
        String trace = LongStream.range(0, 14)
                .mapToObj(step -> visits.containing(step).block().id().replace("layer.", ""))
                .collect(Collectors.joining(","));
        assertThat(trace).isEqualTo("0,0,0,1,1,1,1,2,2,2,2,0,0,0");
    }

    @Test
    void referenceCompatibleStillTrainsWhenTheIntervalIsOneStep() {
        BlockVisits visits = new BlockVisits(LAYERS, BlockOrder.DESCENDING, -1, 1, true, 0, 3);
        assertThat(steps(visits)).containsExactly(1, 1, 1);
        assertThat(blockIds(visits)).containsExactly("layer.3", "layer.2", "layer.1");
    }

    @Test
    void visitsCoverEveryStepOnceWhateverTheSettings() {
        long master = 0x5eed_0003L;
        SplittableRandom random = new SplittableRandom(master);
        for (int trial = 0; trial < 300; trial++) {
            BlockOrder order = BlockOrder.values()[random.nextInt(4)];
            BlockVisits visits = new BlockVisits(
                    LAYERS.subList(0, random.nextInt(1, 5)),
                    order,
                    random.nextInt(-1, 1),
                    random.nextInt(1, 20),
                    random.nextBoolean(),
                    random.nextLong(),
                    random.nextLong(1, 150));
            String facts = "master seed %d, trial %d: %s".formatted(master, trial, visits);
            long next = 0;
            for (int index = 0; index < visits.count(); index++) {
                BlockVisit visit = visits.visit(index);
                assertThat(visit.index()).as(facts).isEqualTo(index);
                assertThat(visit.firstStep()).as(facts).isEqualTo(next);
                for (long step = next; step < next + visit.steps(); step++) {
                    assertThat(visits.containing(step)).as(facts).isEqualTo(visit);
                }
                next += visit.steps();
            }
            assertThat(next).as(facts).isEqualTo(visits.totalSteps());
        }
    }

    @Test
    void findsAVisitFarIntoARunWithoutThoseBefore() {
        BlockVisits visits = new BlockVisits(LAYERS, BlockOrder.RANDOM, 2, 100, false, 5, 100_000_000_000L);
        BlockVisit late = visits.containing(99_999_999_999L);
        assertThat(late.index()).isEqualTo(999_999_999);
        assertThat(late.firstStep()).isEqualTo(99_999_999_900L);
        assertThat(late.steps()).isEqualTo(100);
        assertThat(visits.count()).isEqualTo(1_000_000_000);
    }

    @Test
    void refusesWhatCannotBeTrained() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BlockVisits(LAYERS, BlockOrder.FIXED, 0, 0, false, 0, 10))
                .withMessageContaining("got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BlockVisits(LAYERS, BlockOrder.FIXED, 4, 1, false, 0, 10))
                .withMessageContaining("start block 4 does not exist; allowed: 0 to 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BlockVisits(List.of(), BlockOrder.FIXED, 0, 1, false, 0, 10));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BlockVisits(LAYERS, BlockOrder.FIXED, 0, 1, false, 0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BlockVisits(LAYERS, BlockOrder.FIXED, 0, 1, false, 0, Long.MAX_VALUE))
                .withMessageContaining("raise the switch interval");
        BlockVisits visits = new BlockVisits(LAYERS, BlockOrder.FIXED, 0, 4, false, 0, 10);
        assertThatThrownBy(() -> visits.visit(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> visits.containing(10)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static List<Integer> steps(BlockVisits visits) {
        List<Integer> steps = new ArrayList<>();
        for (int index = 0; index < visits.count(); index++) {
            steps.add(visits.visit(index).steps());
        }
        return steps;
    }

    private static List<String> blockIds(BlockVisits visits) {
        List<String> ids = new ArrayList<>();
        for (int index = 0; index < visits.count(); index++) {
            ids.add(visits.visit(index).block().id());
        }
        return ids;
    }
}
