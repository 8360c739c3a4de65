package io.finemesh.scheduler.planning;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.AdapterSpecification;
import io.finemesh.contract.run.BlockCut;
import io.finemesh.contract.run.BlockOrder;
import io.finemesh.contract.run.FrozenForm;
import io.finemesh.contract.run.Method;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.MomentForm;
import io.finemesh.contract.run.MomentTransfer;
import io.finemesh.contract.run.PartitionSpecification;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.ProjectedSide;
import io.finemesh.contract.run.ProjectionSpecification;
import io.finemesh.contract.run.RunPlan;
import io.finemesh.contract.run.SegmentAssignment;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.run.SubspaceRefresh;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What methods beyond AdamW and BAdam by layer are planned as. */
class MethodPlanningTest {
    @Test
    void halvesAreVisitedOneASegment() {
        SubmitRun submission = submission(badam(BlockOrder.ASCENDING, partition(BlockCut.HALF, List.of(), List.of())));
        RunPlan plan = planned(submission);
        assertThat(plan.blocks()).startsWith("layer.0.attention", "layer.0.mlp", "layer.1.attention");
        assertThat(blocks(submission, plan)).startsWith("layer.0.attention", "layer.0.mlp", "layer.1.attention");
    }

    @Test
    void listedBlocksAreVisitedByImportance() {
        SubmitRun submission = submission(badam(
                BlockOrder.IMPORTANCE,
                partition(BlockCut.CUSTOM, List.of(List.of("layer.0"), List.of("layer.1.query")), List.of(9.0, 1.0))));
        RunPlan plan = planned(submission);
        assertThat(plan.blocks()).containsExactly("custom.0", "custom.1");
        List<String> visited = blocks(submission, plan);
        assertThat(visited.stream().filter("custom.0"::equals).count()).isGreaterThan(visited.size() / 2);
    }

    @Test
    void galoreIsCutLikeAdamWAndNeedsLessForItsStates() {
        SubmitRun submission = submission(galore(2, MomentForm.ADAMW));
        RunPlan plan = planned(submission);
        assertThat(plan.blocks()).isEmpty();
        assertThat(RunSegments.at(submission, plan, 0, MeasuredBlocks.NONE).block())
                .isEmpty();
        long all = planned(adamw("r", 40).build()).memory().optimizerStateBytes();
        long eightBit =
                planned(submission(galore(2, MomentForm.ADAFACTOR))).memory().optimizerStateBytes();
        assertThat(plan.memory().optimizerStateBytes()).isPositive().isLessThan(all);
        assertThat(eightBit).isLessThan(plan.memory().optimizerStateBytes());
    }

    @Test
    void loraIsCutLikeAdamWAndNeedsStatesForItsAdaptersOnly() {
        RunPlan plan = planned(submission(lora(2, "all")));
        RunPlan queries = planned(submission(lora(2, "q_proj")));

        assertThat(plan.blocks()).isEmpty();
        assertThat(plan.memory().optimizerStateBytes())
                .isGreaterThan(queries.memory().optimizerStateBytes())
                .isLessThan(planned(adamw("r", 40).build()).memory().optimizerStateBytes());
        Planning.Refused unknown = (Planning.Refused) RunPlanner.plan(submission(lora(2, "w_proj")));
        assertThat(unknown.failure().message()).contains("lora_target: found w_proj; allowed: all, or of down_proj");
        Planning.Refused wide = (Planning.Refused) RunPlanner.plan(submission(lora(1 << 20, "all")));
        assertThat(wide.failure().message()).contains("found 1048576; allowed: 1 to ");
    }

    @Test
    void frozenLayersInEightBitsNeedLess() {
        MethodSpecification stored = badam(BlockOrder.ASCENDING, partition(BlockCut.LAYER, List.of(), List.of()));
        MethodSpecification eightBits = MethodSpecification.of(Method.BADAM)
                .visits(BlockOrder.ASCENDING, 2)
                .frozen(Optional.of(FrozenForm.INT8))
                .build();
        assertThat(planned(submission(eightBits)).memory().weightsBytes())
                .isLessThan(planned(submission(stored)).memory().weightsBytes());
        assertThat(planned(submission(eightBits)).blocks())
                .isEqualTo(planned(submission(stored)).blocks());
    }

    private static MethodSpecification lora(int rank, String target) {
        return MethodSpecification.of(Method.LORA)
                .adapter(new AdapterSpecification(rank, 16, List.of(target), OptionalDouble.empty()))
                .build();
    }

    @Test
    void whatTheModelDoesNotAllowIsRefusedAllAtOnce() {
        MethodSpecification wrong = MethodSpecification.of(Method.BADAM)
                .visits(BlockOrder.RANDOM, 2)
                .partition(partition(
                        BlockCut.CUSTOM, List.of(List.of("layer.0"), List.of("layer.0.down", "layer.77")), List.of()))
                .projection(Optional.of(projection(1 << 20)))
                .build();
        Planning.Refused refused = (Planning.Refused) RunPlanner.plan(submission(wrong));
        assertThat(refused.failure().code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
        assertThat(refused.failure().message())
                .contains("the model has no 'layer.77'")
                .contains("is in block custom.0 too")
                .contains("rank: found 1048576; allowed: 1 to ");
    }

    @Test
    void importancesAreAsManyAsBlocks() {
        Planning.Refused refused = (Planning.Refused) RunPlanner.plan(
                submission(badam(BlockOrder.IMPORTANCE, partition(BlockCut.LAYER, List.of(), List.of(1.0)))));
        assertThat(refused.failure().message()).contains("importance has 1 numbers, allowed: ");
    }

    private static SubmitRun submission(MethodSpecification method) {
        return adamw("r", 40).method(method).build();
    }

    private static RunPlan planned(SubmitRun submission) {
        Planning planning = RunPlanner.plan(submission);
        assertThat(planning).isInstanceOf(Planning.Planned.class);
        return ((Planning.Planned) planning).plan();
    }

    private static List<String> blocks(SubmitRun submission, RunPlan plan) {
        return IntStream.range(0, plan.segments())
                .mapToObj(index -> RunSegments.at(submission, plan, index, MeasuredBlocks.NONE))
                .map(SegmentAssignment::block)
                .map(Optional::orElseThrow)
                .toList();
    }

    private static MethodSpecification badam(BlockOrder order, PartitionSpecification partition) {
        return MethodSpecification.of(Method.BADAM)
                .visits(order, 2)
                .partition(partition)
                .build();
    }

    private static MethodSpecification galore(int rank, MomentForm moments) {
        return MethodSpecification.of(Method.GALORE)
                .projection(Optional.of(projection(rank)))
                .moments(Optional.of(moments))
                .build();
    }

    private static PartitionSpecification partition(BlockCut cut, List<List<String>> blocks, List<Double> importance) {
        return new PartitionSpecification(cut, blocks, false, OptionalLong.empty(), List.of(), importance);
    }

    private static ProjectionSpecification projection(int rank) {
        return new ProjectionSpecification(
                rank,
                50,
                1.0,
                ProjectedSide.STD,
                SubspaceRefresh.EXACT,
                false,
                MomentTransfer.KEPT,
                0,
                Precision.FP32,
                false);
    }
}
