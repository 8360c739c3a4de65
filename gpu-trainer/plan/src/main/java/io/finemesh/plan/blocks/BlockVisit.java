package io.finemesh.plan.blocks;

import java.util.Objects;

/**
 * One stay at one block.
 *
 * @param index of the visit in the run, from 0
 * @param block the only trained parameters during the visit
 * @param firstStep 0-based optimizer step at which the visit begins
 * @param steps optimizer steps of the visit, at least 1
 */
public record BlockVisit(int index, Block block, long firstStep, int steps) {
    public BlockVisit {
        Objects.requireNonNull(block, "block is null");
        if (index < 0 || firstStep < 0 || steps < 1) {
            throw new IllegalArgumentException(
                    "visit " + index + " of " + block.id() + " cannot have " + steps + " steps from step " + firstStep);
        }
    }
}
