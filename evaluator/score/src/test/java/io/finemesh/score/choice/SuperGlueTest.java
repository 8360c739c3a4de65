package io.finemesh.score.choice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.score.figure.Figure;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.Response.Weight;
import io.finemesh.score.task.SampleLimit;
import io.finemesh.score.task.ScoredSample;
import io.finemesh.score.task.Task;
import io.finemesh.score.task.TaskScore;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

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
        assertThat(choices(examples.getLast())).containsExactly("  it rang.", "  water ran out.");
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

    @Test
    void committedSentencesHaveTheMeanOfEachClasssF1Too() {
        ChoiceTask task = SuperGlue.CB.read("""
                {"premise": "a", "hypothesis": "b", "label": 0}
                {"premise": "c", "hypothesis": "d", "label": 0}
                {"premise": "e", "hypothesis": "f", "label": 1}
                {"premise": "g", "hypothesis": "h", "label": 2}
                """.getBytes(UTF_8), problems::add);
        List<Example> examples = task.examples(SampleLimit.none());
        // Taken: 0, 1, 1, 1. F1: 2/3 for class 0, 2/4 for class 1, and 0 for class 2, which was never taken.
        double[][] weights = {{-1, -2, -3}, {-2, -1, -3}, {-2, -1, -3}, {-3, -1, -2}};
        List<ScoredSample> samples = new ArrayList<>();
        for (int index = 0; index < weights.length; index++) {
            samples.add(ScoredSample.of(task, examples.get(index), weights(weights[index])));
        }

        Map<String, Figure> figures = TaskScore.of(task, samples).figures();

        assertThat(figures).containsOnlyKeys("acc,none", "f1,none");
        assertThat(figures.get("acc,none").value()).isEqualTo(0.5);
        assertThat(figures.get("f1,none").value()).isCloseTo((2.0 / 3 + 0.5 + 0) / 3, within(1e-15));
        assertThat(figures.get("f1,none").standardError()).isEmpty();
    }

    /** Prompts, choices and values as lm-evaluation-harness 0.4.13 gives them for documents made here; its code was asked outside of this repository. */
    @TestFactory
    Stream<DynamicTest> everyTaskIsPutAndCountedAsTheReferenceDoes() throws IOException {
        List<String> documents = resource("documents.jsonl").lines().toList();
        JsonNode expected = new ObjectMapper().readTree(resource("prompts.json"));
        assertThat(documents).hasSize(expected.size());
        return IntStream.range(0, documents.size())
                .mapToObj(place -> DynamicTest.dynamicTest(
                        expected.get(place).path("task").asText() + " " + place,
                        () -> asTheReference(documents.get(place), expected.get(place))));
    }

    private void asTheReference(String document, JsonNode expected) {
        byte[] row = document.replaceFirst("\"task\":\"[a-z]+\",", "").getBytes(UTF_8);
        String name = expected.path("task").asText();
        Task task = name.equals("record")
                ? RecordTask.read(row, problems::add)
                : SuperGlue.named(name).orElseThrow().read(row, problems::add);
        assertThat(problems).isEmpty();
        Example example = task.examples(SampleLimit.none()).getFirst();

        assertThat(task.version()).isEqualTo(expected.path("version").doubleValue());
        assertThat(text(example)).isEqualTo(expected.path("prompt").textValue());
        List<String> continuations = new ArrayList<>();
        expected.path("continuations").forEach(choice -> continuations.add(choice.textValue()));
        assertThat(choices(example)).isEqualTo(continuations);
        if (expected.has("target")) {
            assertThat(example.target()).isEqualTo(expected.path("target").asText());
        }
        for (int taken = 0; taken < expected.path("scores").size(); taken++) {
            double[] weights = new double[continuations.size()];
            Arrays.fill(weights, -6);
            weights[taken] = -5;
            Map<String, Double> metrics =
                    task.judge(example, weights(weights)).getFirst().metrics();
            JsonNode values = expected.path("scores").get(taken);
            assertThat(metrics.get("f1")).isCloseTo(values.get(0).doubleValue(), within(1e-15));
            assertThat(metrics.get("em")).isEqualTo(values.get(1).doubleValue());
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream file = SuperGlueTest.class.getResourceAsStream("/superglue/" + name)) {
            return new String(file.readAllBytes(), UTF_8);
        }
    }

    private static Response weights(double... values) {
        return new Response.Weighed(Arrays.stream(values)
                .mapToObj(value -> new Weight(value, false))
                .toList());
    }
}
