package io.finemesh.store.intake;

import java.util.List;

/**
 * What a step ledger says.
 *
 * @param steps the step of each line, in the order of the lines
 * @param problems lines that say no step, in words
 */
public record LedgerEvidence(List<Long> steps, List<String> problems) {
    public LedgerEvidence {
        steps = List.copyOf(steps);
        problems = List.copyOf(problems);
    }

    /** Nothing was read. */
    public static LedgerEvidence none() {
        return new LedgerEvidence(List.of(), List.of());
    }
}
