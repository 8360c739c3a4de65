package io.finemesh.scheduler.planning;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.RunPlan;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SegmentAssignment;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.BlockOrder;
import io.finemesh.plan.blocks.BlockVisits;
import io.finemesh.plan.schedule.SegmentPlan;
import io.finemesh.plan.schedule.SegmentWindow;
import java.util.List;

/** The segments of an accepted run, each computed from its index and, where the order of blocks is
 * measured, from what was measured before it: a run of a million segments is stored as its specification. */
public final class RunSegments {
    private RunSegments() {}

    /**
     * The segment with an index, 0 to {@code plan.segments() - 1}.
     *
     * @param measured what was measured before it; decides where the order of blocks goes by it, and nowhere else
     */
    public static SegmentAssignment at(SubmitRun submission, RunPlan plan, int index, MeasuredBlocks measured) {
        RunSpecification specification = submission.specification();
        List<Block> blocks = specification.method().blockwise()
                ? MethodPlanning.blocks(
                        ModelConfiguration.parse(submission.model().configurationJson()), specification.method())
                : List.of();
        SegmentWindow window = cut(specification, blocks, plan.totalSteps(), plan.stepsPerSegment(), measured)
                .at(index);
        return new SegmentAssignment(
                window.index(),
                window.firstStep(),
                window.steps(),
                window.block().map(Block::id));
    }

    static SegmentPlan cut(
            RunSpecification specification,
            List<Block> blocks,
            long totalSteps,
            int stepsPerSegment,
            MeasuredBlocks measured) {
        MethodSpecification method = specification.method();
        if (!method.blockwise()) {
            return SegmentPlan.ofWindows(totalSteps, stepsPerSegment);
        }
        return SegmentPlan.ofVisits(new BlockVisits(
                blocks,
                order(method),
                method.startBlock().orElse(BlockOrder.NATURAL_START),
                stepsPerSegment,
                method.referenceCompatible(),
                specification.seed(),
                totalSteps,
                method.measuresImportance() ? measured.importance(blocks) : MethodPlanning.importance(method)));
    }

    private static BlockOrder order(MethodSpecification method) {
        return switch (method.blockOrder()) {
            case RANDOM -> BlockOrder.RANDOM;
            case ASCENDING -> BlockOrder.ASCENDING;
            case DESCENDING -> BlockOrder.DESCENDING;
            case FIXED -> BlockOrder.FIXED;
            case IMPORTANCE -> BlockOrder.IMPORTANCE;
        };
    }
}
