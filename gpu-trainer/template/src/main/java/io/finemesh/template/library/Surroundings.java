package io.finemesh.template.library;

import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.Printing;
import io.finemesh.template.operation.Printing.Notation;
import io.finemesh.template.value.Value;
import java.time.Clock;

/**
 * What one rendering gives to everything it calls.
 *
 * @param budget what is left to use
 * @param clock what {@code strftime_now} reads
 * @param notation how collections are printed
 */
public record Surroundings(Budget budget, Clock clock, Notation notation) {
    /** A value as text. */
    public String print(Value value) {
        return Printing.text(value, notation, budget);
    }
}
