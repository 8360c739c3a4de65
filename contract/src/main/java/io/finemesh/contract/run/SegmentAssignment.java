package io.finemesh.contract.run;

import java.util.Optional;

/**
 * Which part of a run a segment is. Segments are pure functions: executing one again gives the same bytes.
 *
 * @param index 0-based position in the run
 * @param firstStep 0-based optimizer step it begins with
 * @param steps optimizer steps in it
 * @param block block that is trained; empty when all parameters are
 */
public record SegmentAssignment(int index, long firstStep, int steps, Optional<String> block) {
    public SegmentAssignment {
        block = block == null ? Optional.empty() : block;
    }
}
