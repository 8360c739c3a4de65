package io.finemesh.engine.optim;

import io.finemesh.checkpoint.model.Problem;
import java.util.List;

/** Settings of a method that cannot be trained with, alone or with this model; says everything that is wrong at once. */
public final class InvalidMethodException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** @param problems at least one */
    public InvalidMethodException(String method, List<Problem> problems) {
        super(Problem.list(method + " cannot be used as set", problems));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong. */
    public List<Problem> problems() {
        return problems == null ? List.of() : problems;
    }

    /** Throws if there is anything wrong. */
    public static void throwIfAny(String method, List<Problem> problems) {
        if (!problems.isEmpty()) {
            throw new InvalidMethodException(method, problems);
        }
    }
}
