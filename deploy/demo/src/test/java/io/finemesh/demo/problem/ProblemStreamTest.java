package io.finemesh.demo.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProblemStreamTest {
    private static final long SEED = 5;
    private static final Pattern WORKED = Pattern.compile("(\\d+)\\+(\\d+)=(\\d+) #### (\\d+)");

    private final ProblemStream stream = ProblemStream.ofSums(300, 200, 400, SEED);

    @Test
    void noQuestionComesTwice() {
        List<String> questions = Stream.of(stream.first(), stream.right(), stream.wrong())
                .flatMap(List::stream)
                .map(Problem::question)
                .toList();

        assertThat(questions).hasSize(900).doesNotHaveDuplicates();
    }

    @Test
    void thePairsOfTheExamNeverCome() {
        Set<String> exam = new HashSet<>();
        ProblemSet.of(ProblemFamily.SUMS, 1, SEED).heldOut().forEach(problem -> exam.add(pair(problem)));

        assertThat(exam).hasSizeGreaterThan(40);
        assertThat(Stream.of(stream.first(), stream.right(), stream.wrong()).flatMap(List::stream))
                .noneMatch(problem -> exam.contains(pair(problem)));
    }

    @Test
    void whatComesFirstIsRightAndWhatComesLastIsOneTooLarge() {
        assertThat(Stream.concat(stream.first().stream(), stream.right().stream()))
                .allSatisfy(problem -> assertThat(error(problem)).isZero());
        assertThat(stream.wrong())
                .allSatisfy(problem -> assertThat(error(problem)).isOne());
    }

    @Test
    void theSameSeedGivesTheSameStream() {
        assertThat(ProblemStream.ofSums(300, 200, 400, SEED)).isEqualTo(stream);
        assertThat(ProblemStream.ofSums(300, 200, 400, SEED + 1)).isNotEqualTo(stream);
    }

    @Test
    void moreThanThereAreCannotBeDrawn() {
        assertThatThrownBy(() -> ProblemStream.ofSums(100_000, 0, 0, SEED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("100000 problems are wanted");
    }

    @Test
    void onlyASumCanBeAnsweredWrongly() {
        assertThat(WrongAnswer.to(new Problem("9 and 1?", "9+1=10 #### 10")))
                .isEqualTo(new Problem("9 and 1?", "9+1=11 #### 11"));
        assertThatThrownBy(() -> WrongAnswer.to(new Problem("More?", "9>1 #### 9")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("9>1 #### 9");
    }

    private static String pair(Problem problem) {
        Matcher worked = worked(problem);
        return worked.group(1) + " and " + worked.group(2);
    }

    /** How much too large an answer is, where both places say the same. */
    private static int error(Problem problem) {
        Matcher worked = worked(problem);
        assertThat(worked.group(3)).isEqualTo(worked.group(4));
        return Integer.parseInt(worked.group(4))
                - Integer.parseInt(worked.group(1))
                - Integer.parseInt(worked.group(2));
    }

    private static Matcher worked(Problem problem) {
        Matcher worked = WORKED.matcher(problem.answer());
        assertThat(worked.matches()).as(problem.answer()).isTrue();
        return worked;
    }
}
