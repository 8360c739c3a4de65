package io.finemesh.workbench.parity;

import java.util.OptionalDouble;

/**
 * One thing compared.
 *
 * @param subject what was compared
 * @param status how it came out
 * @param worst largest relative error; absent where nothing was compared by number
 * @param tolerance largest error allowed; absent where nothing was compared by number
 * @param detail where the largest error is, or why nothing was compared; may be empty
 */
public record Finding(String subject, Status status, OptionalDouble worst, OptionalDouble tolerance, String detail) {
    /** How a comparison came out. */
    public enum Status {
        /** Within the tolerance. */
        AGREES,
        /** Beyond the tolerance. */
        DIFFERS,
        /** It should have been compared, and could not be. */
        FAILED,
        /** The expected numbers are of something this version does not compute. */
        NOT_CHECKED
    }

    static Finding of(Deviation deviation, double tolerance) {
        // A deviation that is no number is not within anything.
        boolean within = deviation.worst() <= tolerance;
        return new Finding(
                deviation.subject(),
                within ? Status.AGREES : Status.DIFFERS,
                OptionalDouble.of(deviation.worst()),
                OptionalDouble.of(tolerance),
                deviation.where());
    }

    static Finding of(String subject, Status status, String detail) {
        return new Finding(subject, status, OptionalDouble.empty(), OptionalDouble.empty(), detail);
    }

    /** Whether the folder as a whole may still pass. */
    public boolean passes() {
        return switch (status) {
            case AGREES, NOT_CHECKED -> true;
            case DIFFERS, FAILED -> false;
        };
    }
}
