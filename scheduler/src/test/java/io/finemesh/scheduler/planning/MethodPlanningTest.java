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
import java.util.OptionalInt;
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
        MethodSpecification eightBits = new MethodSpecification(
                Method.BADAM,
                BlockOrder.ASCENDING,
                2,
                OptionalInt.empty(),
                false,
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(FrozenForm.INT8));
        assertThat(planned(submission(eightBits)).memory().weightsBytes())
                .isLessThan(planned(submission(stored)).memory().weightsBytes());
        assertThat(planned(submission(eightBits)).blocks())
                .isEqualTo(planned(submission(stored)).blocks());
    }

    private static MethodSpecification lora(int rank, String target) {
        return new MethodSpecification(
                Method.LORA,
                BlockOrder.ASCENDING,
                0,
                OptionalInt.empty(),
                false,
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new AdapterSpecification(rank, 16, List.of(target))));
    }

    @Test
    void whatTheModelDoesNotAllowIsRefusedAllAtOnce() {
        MethodSpecification wrong = new MethodSpecification(
                Method.BADAM,
                BlockOrder.RANDOM,
                2,
                OptionalInt.empty(),
                false,
                false,
                false,
                Optional.of(partition(
                        BlockCut.CUSTOM, List.of(List.of("layer.0"), List.of("layer.0.down", "layer.77")), List.of())),
                Optional.of(projection(1 << 20)),
                Optional.empty(),
                Optional.empty());
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
        return new MethodSpecification(
                Method.BADAM,
                order,
                2,
                OptionalInt.empty(),
                false,
                false,
                false,
                Optional.of(partition),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static MethodSpecification galore(int rank, MomentForm moments) {
        return new MethodSpecification(
                Method.GALORE,
                BlockOrder.ASCENDING,
                0,
                OptionalInt.empty(),
                false,
                false,
                false,
                Optional.empty(),
                Optional.of(projection(rank)),
                Optional.of(moments),
                Optional.empty());
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
