package io.finemesh.plan.blocks;

import io.finemesh.plan.shuffle.Purpose;
import io.finemesh.plan.shuffle.SeededPermutation;

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
    FIXED;

    /** As {@code start}: begin where the order begins by itself. */
    public static final int NATURAL_START = -1;

    /**
     * The position of the visited block in its partition.
     *
     * @param visitIndex counted from 0
     * @param blockCount number of blocks, at least 1
     * @param start position of the block visited first, or {@link #NATURAL_START}
     * @param seed used by {@link #RANDOM} only
     */
    public int blockAt(int visitIndex, int blockCount, int start, long seed) {
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
        return switch (this) {
            case RANDOM -> reshuffled(visitIndex, blockCount, start, seed);
            case ASCENDING -> (int) ((Math.max(start, 0) + (long) visitIndex) % blockCount);
            case DESCENDING ->
                (int) Math.floorMod(
                        (start == NATURAL_START ? blockCount - 1 : start) - (long) visitIndex, (long) blockCount);
            case FIXED -> Math.max(start, 0);
        };
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
