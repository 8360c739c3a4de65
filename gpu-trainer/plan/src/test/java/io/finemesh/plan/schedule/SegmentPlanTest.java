package io.finemesh.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.plan.ModelShapes;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.BlockOrder;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.BlockVisits;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SegmentPlanTest {
    private static final List<Block> LAYERS =
            BlockPartition.layers(ModelStructure.of(ModelShapes.toy(false)), false, false);

    @Test
    void windowsHaveOneLengthAndTheLastTheRest() {
        SegmentPlan plan = SegmentPlan.ofWindows(10, 4);
        assertThat(plan.windows())
                .containsExactly(
                        new SegmentWindow(0, 0, 4, Optional.empty()),
                        new SegmentWindow(1, 4, 4, Optional.empty()),
                        new SegmentWindow(2, 8, 2, Optional.empty()));
        assertThat(plan.count()).isEqualTo(3);
    }

    @Test
    void aWindowLongerThanTheRunIsTheRun() {
        assertThat(SegmentPlan.ofWindows(3, Integer.MAX_VALUE).windows())
                .containsExactly(new SegmentWindow(0, 0, 3, Optional.empty()));
    }

    @Test
    void blockWiseRunsHaveASegmentPerVisit() {
        SegmentPlan plan = SegmentPlan.ofVisits(new BlockVisits(LAYERS, BlockOrder.DESCENDING, -1, 3, false, 0, 8));
        assertThat(plan.windows())
                .containsExactly(
                        new SegmentWindow(0, 0, 3, Optional.of(LAYERS.get(3))),
                        new SegmentWindow(1, 3, 3, Optional.of(LAYERS.get(2))),
                        new SegmentWindow(2, 6, 2, Optional.of(LAYERS.get(1))));
        assertThat(plan.totalSteps()).isEqualTo(8);
    }

    @Test
    void everyStepIsInExactlyTheSegmentThatClaimsIt() {
        long master = 0x5eed_0004L;
        SplittableRandom random = new SplittableRandom(master);
        for (int trial = 0; trial < 200; trial++) {
            long steps = random.nextLong(1, 200);
            int length = random.nextInt(1, 60);
            SegmentPlan plan = random.nextBoolean()
                    ? SegmentPlan.ofWindows(steps, length)
                    : SegmentPlan.ofVisits(
                            new BlockVisits(LAYERS, BlockOrder.RANDOM, -1, length, trial % 2 == 0, trial, steps));
            String facts = "master seed %d, trial %d: %s".formatted(master, trial, plan);
            long next = 0;
            for (int index = 0; index < plan.count(); index++) {
                SegmentWindow window = plan.at(index);
                assertThat(window.firstStep()).as(facts).isEqualTo(next);
                for (long step = window.firstStep(); step < window.endStep(); step++) {
                    assertThat(plan.containing(step)).as(facts).isEqualTo(window);
                    assertThat(window.contains(step)).as(facts).isTrue();
                }
                assertThat(window.contains(window.endStep())).as(facts).isFalse();
                next = window.endStep();
            }
            assertThat(next).as(facts).isEqualTo(steps);
        }
    }

    @Test
    void refusesRunsAndSegmentsWithoutSteps() {
        assertThatIllegalArgumentException().isThrownBy(() -> SegmentPlan.ofWindows(0, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SegmentPlan.ofWindows(1, 0))
                .withMessageContaining("got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SegmentPlan.ofWindows(Long.MAX_VALUE, 1))
                .withMessageContaining("raise the checkpoint steps");
        assertThatThrownBy(() -> SegmentPlan.ofWindows(10, 4).at(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> SegmentPlan.ofWindows(10, 4).containing(10))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
