package io.finemesh.score.solutions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.finemesh.score.gsm8k.Gsm8kSolutions;
import io.finemesh.score.gsm8k.Gsm8kVariant;
import io.finemesh.score.math.MathSolutions;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SolutionFileTest {
    private static Gsm8kSolutions gsm8k(String text) {
        return Gsm8kSolutions.of(text.getBytes(UTF_8), Gsm8kVariant.PLAIN, false);
    }

    private static double figure(SolutionScore score, String filter) {
        return score.figures().get("exact_match," + filter).value();
    }

    @Test
    void aFieldForEachModelAsOpenAiPublishesThem() {
        Gsm8kSolutions solutions = gsm8k("""
                {"question": "a", "ground_truth": "x\\nA: 18", "6b_finetuning": {"is_correct": false, "solution": "y\\nA: 26"}, "175b_verification": {"is_correct": true, "solution": "2*9=<<2*9=18>>18\\nA: 18"}}
                {"question": "b", "ground_truth": "x\\nA: 1,000", "6b_finetuning": {"is_correct": true, "solution": "A: $1000."}, "175b_verification": {"is_correct": true, "solution": "no number"}}
                """);
        assertThat(solutions.problems()).isEmpty();
        assertThat(solutions.questions()).isEqualTo(2);
        assertThat(solutions.scores())
                .extracting(SolutionScore::model)
                .containsExactly("6b_finetuning", "175b_verification");
        SolutionScore small = solutions.scores().getFirst();
        assertThat(figure(small, "strict-match")).isZero();
        assertThat(figure(small, "flexible-extract")).isEqualTo(0.5);
        assertThat(figure(small, "answer-line")).isEqualTo(0.5);
        assertThat(small)
                .extracting(SolutionScore::claimed, SolutionScore::claims, SolutionScore::contradicted)
                .containsExactly(1, 2, 0);
        assertThat(solutions.scores().getLast().contradicted()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"question\": \"a\", \"answer\": \"x\\n#### 4\", \"solution\": \"#### 4\"}",
                "{\"question\": \"a\", \"ground_truth\": \"4\", \"answer\": \"#### 4\"}",
                "{\"question\": \"a\", \"target\": 4, \"model_output\": \"#### 4\"}",
                "{\"problem\": \"a\", \"gold\": \"#### 4\", \"response\": [\"#### 4\"]}",
                "{\"question\": \"a\", \"ground_truth\": \"#### 4\", \"solutions\": [\"#### 4\"]}",
                "{\"question\": \"a\", \"ground_truth\": \"#### 4\", \"solutions\": {\"model\": \"#### 4\"}}",
                "{\"question\": \"a\", \"ground_truth\": \"#### 4\", \"solutions\": [{\"model\": \"model\", \"solution\": \"#### 4\"}]}",
                "{\"question\": \"a\", \"ground_truth\": \"#### 4\", \"model_solutions\": {\"model\": {\"solution\": \"#### 4\", \"is_correct\": true}}}",
                "{\"question\": \"a\", \"ground_truth\": \"#### 4\", \"model\": \"#### 4\", \"id\": \"1\", \"completion\": \"#### 4\"}",
                "{\"question\": \"a\", \"ground_truth\": \"#### 4\", \"metadata\": {\"answer\": \"7\"}, \"generated_text\": \"#### 4\"}",
                "{\"doc_id\": 0, \"doc\": {\"question\": \"a\", \"answer\": \"#### 4\"}, \"target\": \"#### 4\", \"resps\": [[\"#### 4\"]], \"filter\": \"strict-match\"}"
            })
    void everyPublishedFormIsRead(String row) {
        Gsm8kSolutions solutions = gsm8k(row);
        assertThat(solutions.problems()).isEmpty();
        assertThat(solutions.scores()).hasSize(1);
        assertThat(figure(solutions.scores().getFirst(), "strict-match")).isEqualTo(1);
    }

    @Test
    void textsUnderNamesOfModelsAreTheirSolutions() {
        Gsm8kSolutions solutions = gsm8k(
                "{\"id\": \"7\", \"question\": \"a\", \"ground_truth\": \"#### 4\", \"alpha\": \"#### 4\", \"beta\": \"#### 5\", \"source\": \"test\"}");
        assertThat(solutions.scores()).extracting(SolutionScore::model).containsExactly("alpha", "beta");
    }

    @Test
    void harnessRecordsCountOnceWhateverFiltersTheyHave() {
        String record =
                "{\"doc_id\": %d, \"doc\": {\"question\": \"q%d\", \"answer\": \"#### 4\"}, \"resps\": [[\"#### 4\"]], \"filter\": \"%s\"}\n";
        Gsm8kSolutions solutions = gsm8k(record.formatted(0, 0, "strict-match")
                + record.formatted(1, 1, "strict-match")
                + record.formatted(0, 0, "flexible-extract")
                + record.formatted(1, 1, "flexible-extract"));
        assertThat(solutions.problems()).isEmpty();
        assertThat(solutions.scores().getFirst().samples()).isEqualTo(2);
        assertThat(gsm8k(record.formatted(0, 0, "a") + record.formatted(0, 0, "a"))
                        .problems())
                .extracting(RowProblem::kind)
                .containsExactly(Kind.DUPLICATE);
    }

    @Test
    void severalSolutionsOfOneQuestionAreRepeats() {
        Gsm8kSolutions solutions = gsm8k("""
                {"question": "a", "ground_truth": "#### 4", "solutions": ["#### 5", "#### 4", "#### 4"]}
                {"question": "b", "ground_truth": "#### 1", "solutions": ["#### 1", "#### 2", "#### 3"]}
                """);
        SolutionScore score = solutions.scores().getFirst();
        assertThat(score.repeats()).isEqualTo(3);
        assertThat(figure(score, "strict-match")).isEqualTo(0.5);
        assertThat(score.figures().get("mean_over_repeats,flexible-extract").value())
                .isEqualTo(0.5);
        // A tie between three answers goes to the first.
        assertThat(score.figures().get("majority_of_repeats,flexible-extract").value())
                .isEqualTo(1);
        assertThat(score.figures().get("any_of_repeats,flexible-extract").value())
                .isEqualTo(1);
    }

    @Test
    void everyBadRowIsNamedAndTheOthersScored() {
        Gsm8kSolutions solutions = gsm8k("""
                {"question": "a", "ground_truth": "#### 4", "solution": "#### 4"}
                garbage
                {"question": "b", "solution": "#### 4"}
                {"question": "c", "ground_truth": "#### 4"}
                {"question": "d", "ground_truth": "#### 4", "solution": 7}
                {"question": "a", "ground_truth": "#### 4", "solution": "#### 5"}
                {"question": "e", "ground_truth": "no number at all", "solution": "#### 5"}
                {"question": "f", "ground_truth": "#### 4", "big": {"is_correct": true}}
                {"ground_truth": "#### 4", "solution": null}
                """);
        assertThat(solutions.problems())
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactlyInAnyOrder(
                        tuple(2, Kind.NOT_JSON),
                        tuple(3, Kind.MISSING_FIELD),
                        tuple(4, Kind.MISSING_FIELD),
                        tuple(5, Kind.WRONG_TYPE),
                        tuple(6, Kind.DUPLICATE),
                        tuple(7, Kind.BAD_VALUE),
                        tuple(8, Kind.MISSING_FIELD),
                        tuple(9, Kind.MISSING_FIELD));
        assertThat(solutions.scores().getFirst().samples()).isEqualTo(1);
        assertThat(figure(solutions.scores().getFirst(), "strict-match")).isEqualTo(1);
        assertThat(gsm8k("").problems()).extracting(RowProblem::kind).containsExactly(Kind.EMPTY_FILE);
        assertThat(gsm8k("").scores()).isEmpty();
    }

    @Test
    void aModelThatLacksQuestionsIsNamed() {
        Gsm8kSolutions solutions = gsm8k("""
                {"question": "a", "ground_truth": "#### 4", "x": {"solution": "#### 4"}, "y": {"solution": "#### 4"}}
                {"question": "b", "ground_truth": "#### 4", "x": {"solution": "#### 4"}}
                """);
        assertThat(solutions.problems())
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactly(tuple(2, Kind.INCOMPLETE));
        assertThat(solutions.problems().getFirst().message()).contains("\"y\"");
        assertThat(solutions.scores()).extracting(SolutionScore::samples).containsExactly(2, 1);
    }

    @Test
    void cuttingDropsWhatFollowsAStop() {
        byte[] row = "{\"question\": \"a\", \"ground_truth\": \"4\", \"solution\": \"it is 4 Question: what is 5\"}"
                .getBytes(UTF_8);
        assertThat(figure(
                        Gsm8kSolutions.of(row, Gsm8kVariant.PLAIN, false)
                                .scores()
                                .getFirst(),
                        "flexible-extract"))
                .isZero();
        assertThat(figure(
                        Gsm8kSolutions.of(row, Gsm8kVariant.PLAIN, true)
                                .scores()
                                .getFirst(),
                        "flexible-extract"))
                .isEqualTo(1);
    }

    @Test
    void mathIsReadAsTheReferenceReadsItAndByItsBox() {
        MathSolutions solutions = MathSolutions.of("""
                {"problem": "a", "solution": "so $\\\\boxed{\\\\frac12}$", "answer": "\\\\frac12", "response": "It is $0.5$"}
                {"problem": "b", "solution": "so $\\\\boxed{7}$", "response": "So the answer is \\\\boxed{7}."}
                {"problem": "c", "answer": "12", "solution": "#", "completion": "12"}
                """.getBytes(UTF_8));
        assertThat(solutions.problems()).isEmpty();
        SolutionScore score = solutions.scores().getFirst();
        assertThat(figure(score, "none")).isEqualTo(1 / 3.0);
        assertThat(figure(score, "boxed")).isEqualTo(1 / 3.0);
        MathSolutions bare =
                MathSolutions.of("{\"problem\": \"c\", \"answer\": \"12\", \"output\": \"12\"}".getBytes(UTF_8));
        assertThat(bare.problems()).isEmpty();
        assertThat(figure(bare.scores().getFirst(), "none")).isEqualTo(1);
    }

    @Test
    void labelsSayWhatIsNoScore() {
        assertThat(Map.of(
                        1318, SolutionScore.label(1318, 1319),
                        1319, SolutionScore.label(1319, 1319),
                        1320, SolutionScore.label(1320, 1319)))
                .containsEntry(1318, "limited run over 1318 of 1319 documents, not a score")
                .containsEntry(1319, "score")
                .containsEntry(1320, "figures over 1320 questions; the published set has 1319");
        assertThat(List.of(SolutionScore.label(0, 1))).allMatch(label -> label.contains("not a score"));
    }
}
