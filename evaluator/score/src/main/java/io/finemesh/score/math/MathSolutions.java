package io.finemesh.score.math;

import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.solutions.SolutionFile;
import io.finemesh.score.solutions.SolutionForm;
import io.finemesh.score.solutions.SolutionScore;
import io.finemesh.score.solutions.SolutionTally;
import io.finemesh.score.solutions.Solved;
import io.finemesh.score.task.RegexFilter;
import io.finemesh.score.task.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Solutions of MATH made elsewhere, read in two ways: {@code none} as the reference reads them, between the first and the last dollar sign; {@code boxed}, ours, in the
 * last box, where most models put their answer and the reference does not look.
 *
 * @param scores figures of each model
 * @param problems what is wrong, by line
 * @param questions different questions that were scored
 */
public record MathSolutions(List<SolutionScore> scores, List<RowProblem> problems, int questions) {
    /** The way of reading that is not the reference's. */
    public static final String BOXED = "boxed";

    /** Problems in the published test split. */
    public static final int TEST_SIZE = 5000;

    public MathSolutions {
        scores = List.copyOf(scores);
        problems = List.copyOf(problems);
    }

    /** Reads and scores a file. A reference solution must have a box; a reference that has none is taken as the answer itself where it is one line. */
    public static MathSolutions of(byte[] bytes) {
        SolutionFile file = SolutionFile.read(bytes, SolutionForm.MATH);
        List<RowProblem> problems = new ArrayList<>(file.problems());
        List<Solved> rows = new ArrayList<>();
        for (Solved row : file.rows()) {
            Optional<String> reference = reference(row.reference());
            if (reference.isPresent()) {
                rows.add(new Solved(row.line(), row.question(), reference.get(), row.solutions(), row.claims()));
            } else {
                problems.add(
                        new RowProblem(
                                row.line(),
                                Kind.BAD_VALUE,
                                "the reference solution has no answer in \\boxed{...}, and is too long to be the answer itself"));
            }
        }
        Map<String, SolutionTally.Reader> readers = new LinkedHashMap<>();
        readers.put(Verdict.UNFILTERED, BoxedAnswer::betweenDollars);
        readers.put(BOXED, text -> BoxedAnswer.of(text).orElse(RegexFilter.INVALID));
        SolutionTally tally = new SolutionTally(
                readers,
                (read, right) -> MathEquivalence.areEquivalent(Optional.of(read), Optional.of(right)),
                Verdict.UNFILTERED);
        int questions = (int) rows.stream().map(Solved::question).distinct().count();
        return new MathSolutions(tally.of(new SolutionFile(rows, List.of())), problems, questions);
    }

    private static Optional<String> reference(String text) {
        Optional<String> boxed = BoxedAnswer.of(text);
        boolean answerItself = !text.contains("\\boxed") && !text.strip().contains("\n") && text.length() <= 200;
        return boxed.isPresent() || !answerItself ? boxed : Optional.of(text);
    }
}
