package io.finemesh.score.choice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.finemesh.score.SharedData;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.Response.Weight;
import io.finemesh.score.task.SampleLimit;
import io.finemesh.score.task.TaskException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChoiceTaskTest {
    private final List<RowProblem> problems = new ArrayList<>();

    private static Response weights(double... values) {
        return new Response.Weighed(Arrays.stream(values)
                .mapToObj(value -> new Weight(value, false))
                .toList());
    }

    @Test
    void theLikeliestChoiceAndTheLikeliestByLengthMayDiffer() {
        ChoicePrediction prediction = ChoicePrediction.of(
                List.of(new Weight(-4, false), new Weight(-6, false), new Weight(-9, false)),
                List.of("ab", "abcd", "abcdefghi"));
        assertThat(prediction).isEqualTo(new ChoicePrediction(0, 2));
    }

    @Test
    void ofEqualChoicesTheFirstCountsAndLengthsAreCharacters() {
        assertThat(ChoicePrediction.of(List.of(new Weight(-2, false), new Weight(-2, true)), List.of("a", "b"))
                        .likeliest())
                .isZero();
        // Two characters of two UTF-16 units each: -4 / 2 is less than -1.5 / 1, -4 / 4 would be more.
        assertThat(ChoicePrediction.of(
                                List.of(new Weight(-4, false), new Weight(-1.5, false)),
                                List.of("\ud83d\ude00\ud83d\ude00", "b"))
                        .likeliestByLength())
                .isEqualTo(1);
    }

    @Test
    void weightsThatAreNoNumbersAreRefused() {
        assertThatThrownBy(() -> ChoicePrediction.of(
                        List.of(new Weight(-1, false), new Weight(Double.NaN, false)), List.of("a", "b")))
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("choice 1");
        assertThatThrownBy(() -> ChoicePrediction.of(List.of(new Weight(-1, false)), List.of("a", "b")))
                .hasMessageContaining("1 weights for 2 choices");
    }

    @Test
    void questionsOfAgievalAreAskedAsTheyArePublished() {
        List<ChoiceDocument> documents = new ChoiceReader(problems::add).agieval("""
                        {"passage": null, "question": "2+2?", "options": ["(A)3", "(B)4", "(C)5"], "label": "B"}
                        {"question": "1+1?", "options": ["A)2", "B)3"], "correct": "A"}
                        {"question": "?", "options": ["(A)3", "(B)4"], "label": "E"}
                        {"question": "?", "options": "none", "label": "A"}
                        """.getBytes(UTF_8));
        assertThat(problems).extracting(RowProblem::line).containsExactly(3, 4);
        assertThat(problems).extracting(RowProblem::kind).containsExactly(Kind.BAD_VALUE, Kind.WRONG_TYPE);
        ChoiceTask task = ChoiceTask.of("agieval_aqua_rat", documents);
        Example example = task.examples(SampleLimit.none()).getFirst();
        assertThat(example.request().prompt().text())
                .isEqualTo("Q: 2+2? Answer Choices: (A)3 (B)4 (C)5\nA: Among A through C, the answer is");
        assertThat(((Request.Likelihood) example.request()).continuations()).containsExactly(" (A)3", " (B)4", " (C)5");
        assertThat(documents.get(1).choices()).containsExactly("(A)2", "(B)3");
        assertThat(task.judge(example, weights(-3, -1, -2)).getFirst().metrics())
                .containsEntry("acc", 1.0)
                .containsEntry("acc_norm", 1.0);
        assertThat(task.judge(example, weights(-1, -1, -2)).getFirst().metrics())
                .containsEntry("acc", 0.0);
        assertThatThrownBy(() -> task.judge(example, Response.Generated.of("B")))
                .isInstanceOf(TaskException.class);
    }

    @Test
    void mmluShowsTheFirstFiveAndAsksForALetter() {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            rows.append("{\"question\": \" q")
                    .append(i)
                    .append(" \", \"choices\": [\"w\", \"x\", \"y\", \"z\"], \"answer\": ")
                    .append(i % 4)
                    .append("}\n");
        }
        List<ChoiceDocument> documents =
                new ChoiceReader(problems::add).mmlu(rows.toString().getBytes(UTF_8));
        assertThat(problems).isEmpty();
        ChoiceTask task = ChoiceTask.mmlu("college_mathematics", documents, documents);
        Example example = task.examples(SampleLimit.none()).getLast();
        assertThat(example.request().prompt().text())
                .startsWith("The following are multiple choice questions (with answers) about college mathematics.\n\n"
                        + "q0\nA. w\nB. x\nC. y\nD. z\nAnswer: A\n\nq1\n")
                .endsWith("Answer: A\n\nq5\nA. w\nB. x\nC. y\nD. z\nAnswer:");
        assertThat(task.judge(example, weights(-5, -1, -5, -5)).getFirst().metrics())
                .containsOnly(Map.entry("acc", 1.0), Map.entry("acc_norm", 1.0));
        assertThat(task.judge(example, weights(-1, -5, -5, -5)).getFirst().metrics())
                .containsOnly(Map.entry("acc", 0.0), Map.entry("acc_norm", 0.0));
        assertThat(task.configuration().path("metric_list").findValuesAsText("metric"))
                .containsExactly("acc", "acc_norm");
        assertThat(task.name()).isEqualTo("mmlu_college_mathematics");
        assertThatThrownBy(() -> ChoiceTask.mmlu("x", documents, documents.subList(0, 4)))
                .isInstanceOf(TaskException.class);
    }

    @Test
    void publishedQuestionsAreReadWhole() {
        assertThat(new ChoiceReader(problems::add).agieval(SharedData.bytes("data/math/agieval_aqua-rat.jsonl")))
                .hasSize(254);
        assertThat(new ChoiceReader(problems::add).agieval(SharedData.bytes("data/math/agieval_sat-math.jsonl")))
                .hasSize(220);
        assertThat(new ChoiceReader(problems::add).agieval(SharedData.bytes("data/math/aqua_test.jsonl")))
                .hasSize(254);
        assertThat(problems).isEmpty();
    }

    @Test
    void severalChoicesMayBeRight() {
        ChoiceTask task = ChoiceTask.of(
                "t",
                List.of(new ChoiceDocument(
                        JsonNodeFactory.instance.objectNode(), "q", List.of("a", "b", "c"), Set.of(0, 2))));
        Example example = task.examples(SampleLimit.none()).getFirst();
        assertThat(example.target()).isEqualTo("0, 2");
        assertThat(task.judge(example, weights(-3, -2, -1)).getFirst().metrics())
                .containsEntry("acc", 1.0);
        assertThat(task.judge(example, weights(-3, -1, -2)).getFirst().metrics())
                .containsEntry("acc", 0.0);
    }
}
