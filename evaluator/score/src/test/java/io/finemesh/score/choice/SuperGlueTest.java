package io.finemesh.score.choice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.Response.Weight;
import io.finemesh.score.task.SampleLimit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuperGlueTest {
    private final List<RowProblem> problems = new ArrayList<>();

    private List<Example> asked(SuperGlue task, String rows) {
        return task.read(rows.getBytes(UTF_8), problems::add).examples(SampleLimit.none());
    }

    private static String text(Example example) {
        return example.request().prompt().text();
    }

    private static List<String> choices(Example example) {
        return ((Request.Likelihood) example.request()).continuations();
    }

    @Test
    void aPassageIsAskedForYesOrNo() {
        List<Example> examples = asked(SuperGlue.BOOLQ, """
                {"passage": "Ice floats.", "question": "does ice float", "label": true, "idx": 0}
                {"passage": "Ice floats.", "question": "does ice sink", "label": 0}
                """);

        assertThat(text(examples.getFirst())).isEqualTo("Ice floats.\nQuestion: does ice float?\nAnswer:");
        assertThat(choices(examples.getFirst())).containsExactly(" no", " yes");
        assertThat(examples).extracting(Example::target).containsExactly("1", "0");
        assertThat(problems).isEmpty();
    }

    @Test
    void impliedSentencesAreTrueFalseOrNeither() {
        String row = "{\"premise\": \"It rains.\", \"hypothesis\": \"it is wet\", \"label\": \"%s\"}";
        Example neutral = asked(SuperGlue.CB, row.formatted("neutral")).getFirst();
        Example no = asked(SuperGlue.RTE, row.formatted("not_entailment")).getFirst();

        assertThat(text(neutral)).isEqualTo("It rains.\nQuestion: it is wet. True, False, or Neither?\nAnswer:");
        assertThat(choices(neutral)).containsExactly(" True", " False", " Neither");
        assertThat(neutral.target()).isEqualTo("2");
        assertThat(text(no)).isEqualTo("It rains.\nQuestion: it is wet True or False?\nAnswer:");
        assertThat(no.target()).isEqualTo("1");
    }

    @Test
    void causesAndEffectsGoOnWithTheSentence() {
        List<Example> examples = asked(SuperGlue.COPA, """
                {"premise": "The glass broke. ", "choice1": "It fell.", "choice2": "It shone.", "question": "cause", "label": 0}
                {"premise": "The glass broke.", "choice1": "It rang.", "choice2": "Water ran out.", "question": "effect", "label": 1}
                """);

        assertThat(examples)
                .extracting(SuperGlueTest::text)
                .containsExactly("The glass broke because", "The glass broke therefore");
        assertThat(choices(examples.getLast())).containsExactly(" it rang.", " water ran out.");
    }

    @Test
    void theLikelierWordsAreTheAnswer() {
        ChoiceTask task = SuperGlue.BOOLQ.read(
                "{\"passage\": \"p\", \"question\": \"q\", \"label\": true}".getBytes(UTF_8), problems::add);
        Example example = task.examples(SampleLimit.none()).getFirst();

        assertThat(task.name()).isEqualTo("superglue_boolq");
        assertThat(task.judge(example, weights(-2, -1)).getFirst().metrics()).containsEntry("acc", 1.0);
        assertThat(task.judge(example, weights(-1, -2)).getFirst().metrics()).containsEntry("acc", 0.0);
    }

    @Test
    void rowsThatCannotBeAskedAreNamed() {
        assertThat(SuperGlue.BOOLQ.read("""
                {"passage": "p", "question": "q", "label": -1}
                {"passage": "p", "question": "q"}
                {"passage": "p", "question": 3, "label": "perhaps"}
                {"passage": "p", "question": "q", "label": 0.5}
                not json
                """.getBytes(UTF_8), problems::add).size())
                .isZero();
        assertThat(problems)
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactlyInAnyOrder(
                        tuple(5, Kind.NOT_JSON),
                        tuple(1, Kind.BAD_VALUE),
                        tuple(2, Kind.MISSING_FIELD),
                        tuple(3, Kind.WRONG_TYPE),
                        tuple(3, Kind.BAD_VALUE),
                        tuple(4, Kind.BAD_VALUE));
        problems.clear();
        SuperGlue.COPA.read(
                "{\"premise\": \"\", \"choice1\": \"a\", \"choice2\": \"b\", \"question\": \"why\", \"label\": 0}"
                        .getBytes(UTF_8),
                problems::add);
        assertThat(problems).extracting(RowProblem::kind).containsExactly(Kind.BAD_VALUE);
    }

    private static Response weights(double... values) {
        return new Response.Weighed(Arrays.stream(values)
                .mapToObj(value -> new Weight(value, false))
                .toList());
    }
}
