package io.finemesh.score.task;

import java.util.OptionalDouble;

/**
 * How much of a task is evaluated. A limited run is a look at a model, not its score, and says so everywhere.
 *
 * @param value empty: everything; below 1: that fraction, rounded up; from 1 on: that many documents, the first ones
 */
public record SampleLimit(OptionalDouble value) {
    public SampleLimit {
        if (value.isPresent() && !(value.getAsDouble() > 0 && value.getAsDouble() <= Integer.MAX_VALUE)) {
            throw new TaskException(
                    TaskException.Reason.BAD_LIMIT,
                    "a limit of " + value.getAsDouble()
                            + " leaves nothing; give a number of documents (1 or more), a fraction (between 0 and 1), or none");
        }
    }

    /** Everything. */
    public static SampleLimit none() {
        return new SampleLimit(OptionalDouble.empty());
    }

    /** A fraction below 1, or a number of documents from 1 on. */
    public static SampleLimit of(double value) {
        return new SampleLimit(OptionalDouble.of(value));
    }

    /** How many of so many documents are evaluated. */
    public int outOf(int documents) {
        if (value.isEmpty()) {
            return documents;
        }
        double limit = value.getAsDouble();
        return (int) Math.min(documents, limit < 1 ? Math.ceil(documents * limit) : Math.floor(limit));
    }
}
