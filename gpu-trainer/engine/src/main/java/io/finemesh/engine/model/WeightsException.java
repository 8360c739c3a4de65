package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.Problem;
import java.util.List;

/** Weights that do not fit a configuration or hold values that are not numbers; lists everything wrong with them at once. */
public final class WeightsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    WeightsException(List<Problem> problems) {
        super(Problem.list("the weights do not fit the configuration", problems));
        this.problems = List.copyOf(problems);
    }

    /** Everything wrong, in the order of the model's tensors. */
    public List<Problem> problems() {
        return problems;
    }
}
