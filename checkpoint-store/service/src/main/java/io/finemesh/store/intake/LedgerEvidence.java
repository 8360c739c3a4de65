package io.finemesh.store.intake;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What a step ledger says.
 *
 * @param steps the step of each line, in the order of the lines
 * @param gradientNorm mean gradient norm of the steps that were not skipped; absent where there is none
 * @param problems lines that say no step, in words
 */
public record LedgerEvidence(List<Long> steps, OptionalDouble gradientNorm, List<String> problems) {
    public LedgerEvidence {
        steps = List.copyOf(steps);
        problems = List.copyOf(problems);
    }

    /** Nothing was read. */
    public static LedgerEvidence none() {
        return new LedgerEvidence(List.of(), OptionalDouble.empty(), List.of());
    }
}
