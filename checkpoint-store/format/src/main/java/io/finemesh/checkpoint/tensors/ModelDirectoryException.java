package io.finemesh.checkpoint.tensors;

import io.finemesh.checkpoint.model.Problem;
import java.io.IOException;
import java.util.List;

/** A directory that is not a complete, consistent and safe model; lists everything wrong with it at once. */
public final class ModelDirectoryException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** @param problems at least one */
    public ModelDirectoryException(List<Problem> problems) {
        super(Problem.list("model directory", problems));
        this.problems = List.copyOf(problems);
    }

    /** Everything wrong. */
    public List<Problem> problems() {
        return problems;
    }
}
