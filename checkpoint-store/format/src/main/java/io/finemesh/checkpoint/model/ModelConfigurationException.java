package io.finemesh.checkpoint.model;

import java.util.List;

/** A {@code config.json} that describes no model this mesh can train; lists everything wrong with it at once. */
public final class ModelConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** @param problems at least one */
    public ModelConfigurationException(List<Problem> problems) {
        super(Problem.list("config.json", problems));
        this.problems = List.copyOf(problems);
    }

    /** Everything wrong, in the order of the fields' importance. */
    public List<Problem> problems() {
        return problems;
    }
}
