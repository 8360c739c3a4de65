package io.finemesh.checkpoint.manifest;

import io.finemesh.checkpoint.model.Problem;
import java.util.List;

/** A manifest that cannot be: unreadable, inconsistent, or not a child of its parent. Lists everything wrong at once. */
public final class ManifestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** @param problems at least one */
    public ManifestException(List<Problem> problems) {
        super(Problem.list("manifest", problems));
        this.problems = List.copyOf(problems);
    }

    /** Everything wrong. */
    public List<Problem> problems() {
        return problems;
    }
}
