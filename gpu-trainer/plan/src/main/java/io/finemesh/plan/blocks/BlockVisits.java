package io.finemesh.plan.blocks;

import java.util.List;
import java.util.Objects;

/**
 * The visits of a whole run, each computed from its index.
 *
 * <p>Every visit has K steps, the last one what is left. The reference implementation (BlockOptimizers, {@code block_optim.py}) gives the first visit
 * K-1 steps by an off-by-one; {@code referenceCompatible} reproduces that (and, as there, one step where K = 1).
 *
 * @param blocks the partition, in model order
 * @param order which block comes next
 * @param start position of the first block visited, or {@link BlockOrder#NATURAL_START}
 * @param switchInterval optimizer steps per visit K, at least 1
 * @param referenceCompatible first visit of K-1 steps
 * @param seed of {@link BlockOrder#RANDOM} and {@link BlockOrder#IMPORTANCE}
 * @param totalSteps optimizer steps of the run, at least 1
 * @param importance of each block with {@link BlockOrder#IMPORTANCE}, else empty
 */
public record BlockVisits(
        List<Block> blocks,
        BlockOrder order,
        int start,
        int switchInterval,
        boolean referenceCompatible,
        long seed,
        long totalSteps,
        List<Double> importance) {

    public BlockVisits {
        Objects.requireNonNull(order, "order is null");
        blocks = List.copyOf(blocks);
        importance = List.copyOf(importance);
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("block-wise training needs at least one block");
        }
        if (switchInterval < 1) {
            throw new IllegalArgumentException("switch interval must be at least 1 step, got " + switchInterval);
        }
        if (totalSteps < 1) {
            throw new IllegalArgumentException("a run has at least 1 step, got " + totalSteps);
        }
        if (totalSteps / switchInterval >= Integer.MAX_VALUE - 1) {
            throw new IllegalArgumentException("a run of " + totalSteps + " steps switching every " + switchInterval
                    + " has more visits than can be counted; raise the switch interval");
        }
        order.blockAt(0, blocks.size(), start, seed, importance);
    }

    /** Visits in an order that needs no importances. */
    public BlockVisits(
            List<Block> blocks,
            BlockOrder order,
            int start,
            int switchInterval,
            boolean referenceCompatible,
            long seed,
            long totalSteps) {
        this(blocks, order, start, switchInterval, referenceCompatible, seed, totalSteps, List.of());
    }

    /** Number of visits. */
    public int count() {
        long first = firstVisitSteps();
        if (totalSteps <= first) {
            return 1;
        }
        return Math.toIntExact(1 + Math.ceilDiv(totalSteps - first, switchInterval));
    }

    /** The visit with this index, 0 .. count-1. */
    public BlockVisit visit(int index) {
        Objects.checkIndex(index, count());
        long from = firstStepOf(index);
        long until = Math.min(totalSteps, firstStepOf(index + 1));
        Block block = blocks.get(order.blockAt(index, blocks.size(), start, seed, importance));
        return new BlockVisit(index, block, from, (int) (until - from));
    }

    /** The visit a 0-based step falls into. */
    public BlockVisit containing(long step) {
        Objects.checkIndex(step, totalSteps);
        long first = firstVisitSteps();
        return visit(step < first ? 0 : Math.toIntExact(1 + (step - first) / switchInterval));
    }

    private long firstStepOf(int index) {
        return index == 0 ? 0 : firstVisitSteps() + (index - 1L) * switchInterval;
    }

    private int firstVisitSteps() {
        return referenceCompatible ? Math.max(1, switchInterval - 1) : switchInterval;
    }
}
