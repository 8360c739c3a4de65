package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * How the scheduler will cut the run.
 *
 * @param totalSteps optimizer steps of the whole run
 * @param segments number of segments
 * @param blocks block ids from the input upwards; empty unless the method works in blocks
 * @param stepsPerSegment optimizer steps of a full segment
 * @param memory what a trainer needs
 */
public record RunPlan(
        long totalSteps, int segments, List<String> blocks, int stepsPerSegment, MemoryByComponent memory) {
    public RunPlan {
        blocks = List.copyOf(blocks);
        requireNonNull(memory, "memory is null");
    }
}
