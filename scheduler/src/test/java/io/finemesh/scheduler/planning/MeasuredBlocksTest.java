package io.finemesh.scheduler.planning;

import static io.finemesh.scheduler.SubmissionBuilder.badam;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.contract.run.BlockOrder;
import io.finemesh.contract.run.RunPlan;
import io.finemesh.contract.run.SubmitRun;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class MeasuredBlocksTest {
    private static final int PASSES = 60;

    private final SubmitRun submission =
            badam("r-1", 100_000, 10).includeHead().order(BlockOrder.IMPORTANCE).build();
    private final RunPlan plan = ((Planning.Planned) RunPlanner.plan(submission)).plan();

    @Test
    void theFirstPassVisitsEachBlockOnceWhateverIsMeasuredInIt() {
        assertThat(visits(1, Map.of("layer.0", 1000.0))).containsExactlyInAnyOrderElementsOf(plan.blocks());
    }

    @Test
    void laterPassesVisitABlockInProportionToTheNormOfItsNewestVisit() {
        String heavy = plan.blocks().getFirst();
        double others = plan.blocks().size() - 1.0;
        List<String> visits = visits(PASSES, Map.of(heavy, others));
        List<String> later = visits.subList(plan.blocks().size(), visits.size());

        // It is worth as much as all others together.
        assertThat(Collections.frequency(later, heavy)).isBetween(later.size() / 2 - PASSES, later.size() / 2 + PASSES);
        assertThat(Collections.frequency(later, heavy)).isGreaterThan(2 * (PASSES - 1));
        assertThat(later).containsAll(plan.blocks());
    }

    @Test
    void aBlockWithoutGradientIsStillVisitedNowAndThenSoThatItIsMeasuredAgain() {
        String still = plan.blocks().getLast();
        List<String> visits = visits(PASSES, Map.of(still, 0.0));
        List<String> later = visits.subList(plan.blocks().size(), visits.size());

        assertThat(Collections.frequency(later, still)).isBetween(1, PASSES / 4);
    }

    @Test
    void whatWasNotMeasuredCountsAsTheOthersDoOnAverage() {
        int blocks = plan.blocks().size();
        MeasuredBlocks measured = MeasuredBlocks.NONE;
        for (int index = 0; index < blocks; index++) {
            OptionalDouble norm = index == 0 ? OptionalDouble.empty() : OptionalDouble.of(2);
            measured = measured.after(index, blocks, plan.blocks().get(index), norm);
        }
        List<Double> importance = measured.importance(MethodPlanning.blocks(
                ModelConfiguration.parse(submission.model().configurationJson()),
                submission.specification().method()));

        assertThat(importance).hasSize(blocks).containsOnly(2.0);
    }

    @Test
    void whatIsMeasuredWithinAPassDecidesNothingBeforeTheNext() {
        MeasuredBlocks within = MeasuredBlocks.NONE.after(0, plan.blocks().size(), "layer.0", OptionalDouble.of(7));

        assertThat(within.latest()).containsEntry("layer.0", 7.0);
        assertThat(within.before()).isEmpty();
    }

    /** Blocks visited in so many passes; each visit measures 1 but for the blocks named. */
    private List<String> visits(int passes, Map<String, Double> norms) {
        List<String> visits = new ArrayList<>();
        MeasuredBlocks measured = MeasuredBlocks.NONE;
        for (int index = 0; index < passes * plan.blocks().size(); index++) {
            String block =
                    RunSegments.at(submission, plan, index, measured).block().orElseThrow();
            visits.add(block);
            measured = measured.after(
                    index, plan.blocks().size(), block, OptionalDouble.of(norms.getOrDefault(block, 1.0)));
        }
        return visits;
    }
}
