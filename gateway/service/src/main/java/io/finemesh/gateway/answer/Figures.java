package io.finemesh.gateway.answer;

import java.util.Optional;
import java.util.OptionalDouble;

/** Numbers as JSON can hold them. */
final class Figures {
    private Figures() {}

    /** The number, unless it is none: JSON has no NaN. */
    static Optional<Double> finite(double number) {
        return Double.isFinite(number) ? Optional.of(number) : Optional.empty();
    }

    /** With as many decimals as anyone looks at. */
    static Optional<Double> rounded(OptionalDouble number) {
        return number.isEmpty() ? Optional.empty() : finite(Math.rint(number.getAsDouble() * 1000) / 1000);
    }
}
