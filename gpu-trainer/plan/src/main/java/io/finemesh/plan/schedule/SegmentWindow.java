package io.finemesh.plan.schedule;

import io.finemesh.plan.blocks.Block;
import java.util.Objects;
import java.util.Optional;

/**
 * The steps between two checkpoints: what a trainer executes as one unit.
 *
 * @param index of the segment in the run, from 0
 * @param firstStep 0-based optimizer step at which it begins
 * @param steps optimizer steps in it, at least 1
 * @param block the only trained block; absent where a method trains all parameters
 */
public record SegmentWindow(int index, long firstStep, int steps, Optional<Block> block) {
    public SegmentWindow {
        Objects.requireNonNull(block, "block is null");
        if (index < 0 || firstStep < 0 || steps < 1) {
            throw new IllegalArgumentException(
                    "segment " + index + " cannot have " + steps + " steps from step " + firstStep);
        }
    }

    /** First step after the segment. */
    public long endStep() {
        return firstStep + steps;
    }

    /** Whether a 0-based step is in the segment. */
    public boolean contains(long step) {
        return step >= firstStep && step < endStep();
    }
}
