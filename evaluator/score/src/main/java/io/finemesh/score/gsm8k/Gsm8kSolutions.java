package io.finemesh.score.gsm8k;

import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.solutions.SolutionFile;
import io.finemesh.score.solutions.SolutionForm;
import io.finemesh.score.solutions.SolutionScore;
import io.finemesh.score.solutions.SolutionTally;
import io.finemesh.score.solutions.Solved;
import io.finemesh.score.task.Completion;
import io.finemesh.score.task.RegexFilter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Solutions of GSM8K made elsewhere. The two ways of reading of the reference are applied to the texts as they are; a third, ours, reads the line {@code A: N} or
 * {@code #### N}, since the published example solutions end in {@code A: N}, where strict-match finds nothing.
 *
 * @param scores figures of each model
 * @param problems what is wrong, by line
 * @param questions different questions that were scored
 */
public record Gsm8kSolutions(List<SolutionScore> scores, List<RowProblem> problems, int questions) {
    /** The way of reading that is not the reference's. */
    public static final String ANSWER_LINE = "answer-line";

    public Gsm8kSolutions {
        scores = List.copyOf(scores);
        problems = List.copyOf(problems);
    }

    /**
     * Reads and scores a file.
     *
     * @param variant whose strict-match is used
     * @param cut cut texts at the variant's stops first; the harness's own records are cut already
     */
    public static Gsm8kSolutions of(byte[] bytes, Gsm8kVariant variant, boolean cut) {
        SolutionFile file = SolutionFile.read(bytes, SolutionForm.GSM8K);
        List<RowProblem> problems = new ArrayList<>(file.problems());
        List<Solved> rows = new ArrayList<>();
        for (Solved row : file.rows()) {
            Optional<String> reference = FinalAnswer.ofReference(row.reference());
            if (reference.isPresent()) {
                rows.add(new Solved(row.line(), row.question(), reference.get(), row.solutions(), row.claims()));
            } else {
                problems.add(new RowProblem(
                        row.line(),
                        Kind.BAD_VALUE,
                        "the ground truth ends neither in \"#### N\" nor in \"A: N\", and is no number itself"));
            }
        }
        List<String> stops = cut ? variant.stops() : List.of();
        Map<String, SolutionTally.Reader> readers = new LinkedHashMap<>();
        for (RegexFilter filter : variant.filters()) {
            readers.put(
                    filter.name(),
                    text -> FinalAnswer.normalised(filter.read(Completion.cut(text, Optional.empty(), stops))));
        }
        readers.put(ANSWER_LINE, text -> FinalAnswer.onAnswerLine(Completion.cut(text, Optional.empty(), stops))
                .map(FinalAnswer::normalised)
                .orElse(RegexFilter.INVALID));
        SolutionTally tally = new SolutionTally(
                readers, String::equals, variant.filters().getLast().name());
        int questions = (int) rows.stream().map(Solved::question).distinct().count();
        return new Gsm8kSolutions(tally.of(new SolutionFile(rows, List.of())), problems, questions);
    }
}
