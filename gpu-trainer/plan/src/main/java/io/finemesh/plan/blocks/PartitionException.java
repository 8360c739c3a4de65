package io.finemesh.plan.blocks;

import java.util.List;
import java.util.stream.Collectors;

/** A partition that cannot be made, with everything that is wrong with it. */
public final class PartitionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<PartitionProblem> problems;

    PartitionException(List<PartitionProblem> problems) {
        super(problems.stream()
                .map(problem -> problem.subject() + ": " + problem.explain())
                .collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    /** Every problem, in the order of the settings. */
    public List<PartitionProblem> problems() {
        return problems;
    }
}
