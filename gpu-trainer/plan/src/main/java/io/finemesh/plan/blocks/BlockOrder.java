package io.finemesh.plan.blocks;

import io.finemesh.plan.shuffle.Purpose;
import io.finemesh.plan.shuffle.SeededPermutation;
import java.util.List;

/**
 * In which order blocks are visited (BAdam's {@code switch_mode}). Every order works with every start, and any visit can be computed
 * without those before it.
 *
 * <p>Deviation from the reference implementation (BlockOptimizers, {@code block_optim.py}): there {@code random} with a start block and
 * {@code fixed} without one fail, and the random order lives in a global generator that no checkpoint holds.
 */
public enum BlockOrder {
    /**
     * Random reshuffling: a new permutation in each block-epoch, each block exactly once in it. A given start is visited first in block-epoch 0
     * and changes no later block-epoch.
     */
    RANDOM,
    /** Next higher block, from the last to the first again. The natural start is the first block. */
    ASCENDING,
    /** Next lower block, from the first to the last again. The natural start is the last block. */
    DESCENDING,
    /** One block for the whole run. The natural start is the first block. */
    FIXED,
    /**
     * In each block-epoch of as many visits as there are blocks, each block in proportion to its importance: as often as its share says, rounded
     * up or down by systematic sampling (Madow, Ann. Math. Statist. 20(3), 1949), the visits of an epoch shuffled. Equal importances
     * are random reshuffling. A given start is visited first in block-epoch 0.
     */
    IMPORTANCE;

    /** As {@code start}: begin where the order begins by itself. */
    public static final int NATURAL_START = -1;

    /**
     * The position of the visited block in its partition.
     *
     * @param visitIndex counted from 0
     * @param blockCount number of blocks, at least 1
     * @param start position of the block visited first, or {@link #NATURAL_START}
     * @param seed used by {@link #RANDOM} and {@link #IMPORTANCE} only
     * @param importance a finite number above 0 for each block with {@link #IMPORTANCE}, else empty
     */
    public int blockAt(int visitIndex, int blockCount, int start, long seed, List<Double> importance) {
        if (blockCount < 1) {
            throw new IllegalArgumentException("there is no block to visit: block count " + blockCount);
        }
        if (visitIndex < 0) {
            throw new IllegalArgumentException("visits are counted from 0, got " + visitIndex);
        }
        if (start != NATURAL_START && (start < 0 || start >= blockCount)) {
            throw new IllegalArgumentException("start block " + start + " does not exist; allowed: 0 to "
                    + (blockCount - 1) + ", or " + NATURAL_START + " for the natural start");
        }
        requireImportance(blockCount, importance);
        return switch (this) {
            case RANDOM -> reshuffled(visitIndex, blockCount, start, seed);
            case ASCENDING -> (int) ((Math.max(start, 0) + (long) visitIndex) % blockCount);
            case DESCENDING ->
                (int) Math.floorMod(
                        (start == NATURAL_START ? blockCount - 1 : start) - (long) visitIndex, (long) blockCount);
            case FIXED -> Math.max(start, 0);
            case IMPORTANCE -> byImportance(visitIndex, blockCount, start, seed, importance);
        };
    }

    /** Every order but {@link #IMPORTANCE}. */
    public int blockAt(int visitIndex, int blockCount, int start, long seed) {
        return blockAt(visitIndex, blockCount, start, seed, List.of());
    }

    private void requireImportance(int blockCount, List<Double> importance) {
        int needed = this == IMPORTANCE ? blockCount : 0;
        if (importance.size() != needed) {
            throw new IllegalArgumentException("order " + this + " over " + blockCount + " blocks needs " + needed
                    + " importances, got " + importance.size());
        }
        for (double weight : importance) {
            if (!(weight > 0) || Double.isInfinite(weight)) {
                throw new IllegalArgumentException("a block's importance is a finite number above 0, got " + weight);
            }
        }
    }

    private static int byImportance(int visitIndex, int blockCount, int start, long seed, List<Double> importance) {
        int epoch = visitIndex / blockCount;
        int[] visits = visitsOfEpoch(epoch, blockCount, seed, importance);
        int first = SeededPermutation.of(Purpose.BLOCK_ORDER, seed, epoch, blockCount)
                .at(0);
        if (epoch == 0 && start != NATURAL_START) {
            // The start changes places with a visit of its own, or takes the first where this epoch has none.
            int own = first;
            for (int v = 0; v < blockCount; v++) {
                own = visits[v] == start ? v : own;
            }
            visits[own] = visits[first];
            visits[first] = start;
        }
        return visits[
                SeededPermutation.of(Purpose.BLOCK_ORDER, seed, epoch, blockCount)
                        .at(visitIndex % blockCount)];
    }

    /** Blocks of an epoch's visits, in model order: where evenly spaced points fall on the blocks' shares laid end to end. */
    private static int[] visitsOfEpoch(int epoch, int blockCount, long seed, List<Double> importance) {
        double sum = importance.stream().mapToDouble(Double::doubleValue).sum();
        double offset = SeededPermutation.uniform(Purpose.BLOCK_IMPORTANCE, seed, epoch);
        int[] visits = new int[blockCount];
        int block = 0;
        double end = importance.getFirst() / sum * blockCount;
        for (int v = 0; v < blockCount; v++) {
            while (v + offset >= end && block < blockCount - 1) {
                block++;
                end += importance.get(block) / sum * blockCount;
            }
            visits[v] = block;
        }
        return visits;
    }

    private static int reshuffled(int visitIndex, int blockCount, int start, long seed) {
        int epoch = visitIndex / blockCount;
        int position = visitIndex % blockCount;
        SeededPermutation order = SeededPermutation.of(Purpose.BLOCK_ORDER, seed, epoch, blockCount);
        int block = order.at(position);
        if (epoch > 0 || start == NATURAL_START) {
            return block;
        }
        // The start changes places with the block the permutation had put first.
        if (position == 0) {
            return start;
        }
        return block == start ? order.at(0) : block;
    }
}
