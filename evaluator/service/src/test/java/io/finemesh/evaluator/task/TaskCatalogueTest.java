package io.finemesh.evaluator.task;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.contract.evaluation.TaskMetrics;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.engine.data.DatasetException;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What tasks make of the rows of a data set of documents, as the store keeps them: a JSON object a line, with the fields it was uploaded with. */
class TaskCatalogueTest {
    private static final String AQUA = """
            {"question":"2+2?","options":["A)3","B)4","C)5"],"rationale":"r","correct":"B"}
            {"question":"1+1?","options":["A)2","B)3","C)4"],"correct":"A"}
            """;

    @Test
    void questionsWithChoicesAreWeighed() {
        Measurement.Questions asked = measure(EvaluationTask.AQUA, TaskOptions.NONE, AQUA);

        assertThat(asked.name()).isEqualTo("aqua");
        assertThat(asked.size()).isEqualTo(2);
        assertThat(asked.leftOut()).isEmpty();
        assertThat(choices(asked.examples().getFirst())).containsExactly(" (A)3", " (B)4", " (C)5");
        Measurement.Questions sat = measure(
                EvaluationTask.SAT_MATH,
                TaskOptions.NONE,
                "{\"passage\":null,\"question\":\"x?\",\"options\":[\"(A)1\",\"(B)2\"],\"label\":\"A\"}\n");
        assertThat(text(sat.examples().getFirst())).startsWith("Q: x? Answer Choices: (A)1 (B)2");
    }

    @Test
    void aSubjectOfMmluTakesItsWorkedExamplesFromAnotherDataSet() {
        StringBuilder development = new StringBuilder();
        for (int row = 0; row < 5; row++) {
            development.append("{\"question\":\"d%d\",\"choices\":[\"1\",\"2\",\"3\",\"4\"],\"answer\":%d}\n"
                    .formatted(row, row % 4));
        }
        Measurement.Questions asked = (Measurement.Questions) TaskCatalogue.measure(
                specification(EvaluationTask.MMLU, subject("college_mathematics")),
                "{\"question\":\"q\",\"choices\":[\"1\",\"2\",\"3\",\"4\"],\"answer\":2}\n".getBytes(UTF_8),
                Optional.of(development.toString().getBytes(UTF_8)));

        assertThat(asked.name()).isEqualTo("mmlu_college_mathematics");
        named(EvaluationTask.MMLU, asked);
        assertThat(text(asked.examples().getFirst()))
                .contains("d0", "d4")
                .endsWith("q\nA. 1\nB. 2\nC. 3\nD. 4\nAnswer:");
    }

    @Test
    void wordProblemsAreReadByTheirOwnFields() {
        Measurement.Questions svamp = measure(
                EvaluationTask.SVAMP,
                TaskOptions.NONE,
                "{\"Body\":\"Ann has 3 pens.\",\"Question\":\"How many?\",\"Answer\":3.0}\n");
        Measurement.Questions numGlue = measure(
                EvaluationTask.NUMGLUE, TaskOptions.NONE, "{\"question\":\"2+2?\",\"answer\":4,\"type\":\"Type_1\"}\n");

        assertThat(text(svamp.examples().getFirst())).isEqualTo("Question: Ann has 3 pens. How many?\nAnswer:");
        assertThat(svamp.examples().getFirst().target()).isEqualTo("3.0");
        assertThat(text(numGlue.examples().getFirst())).isEqualTo("Question: 2+2?\nAnswer:");
    }

    @Test
    void classificationIsWeighedInWords() {
        Measurement.Questions asked = measure(
                EvaluationTask.SUPERGLUE, subject("boolq"), "{\"passage\":\"p\",\"question\":\"q\",\"label\":true}\n");

        assertThat(asked.name()).isEqualTo("superglue_boolq");
        assertThat(choices(asked.examples().getFirst())).containsExactly(" no", " yes");
        Measurement.Questions gap = measure(
                EvaluationTask.SUPERGLUE,
                subject("record"),
                "{\"passage\":\"p\",\"query\":\"@placeholder won\",\"entities\":[\"A\",\"B\"],\"answers\":[\"B\"]}\n");
        assertThat(gap.name()).isEqualTo("superglue_record");
        assertThat(choices(gap.examples().getFirst())).containsExactly("   - A won", "   - B won");
        assertThat(refusal(EvaluationTask.SUPERGLUE, subject("axb"), "{}\n")
                        .failure()
                        .code())
                .isEqualTo(FailureCode.INVALID_SPECIFICATION);
    }

    @Test
    void aTaskOfOnesOwnTakesChoicesFromAFieldOfTheRow() {
        String definition = """
                task: capitals
                prompt: "The capital of {country} is"
                target: "{right}"
                choices: cities
                """;
        Measurement.Questions asked = measure(
                EvaluationTask.OWN,
                new TaskOptions(
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        false,
                        Optional.empty(),
                        Optional.of(definition)),
                """
                {"country":"Italy","cities":["Milan","Rome"],"right":"Rome"}
                {"country":"Spain","cities":["Madrid"],"right":"Madrid"}
                {"country":"Chad","right":"N'Djamena"}
                """);

        assertThat(asked.name()).isEqualTo("capitals");
        assertThat(choices(asked.examples().getFirst())).containsExactly(" Milan", " Rome");
        assertThat(asked.leftOut()).extracting(RowProblem::line).containsExactly(2, 3);
        assertThat(asked.leftOut()).extracting(RowProblem::kind).containsOnly(Kind.BAD_VALUE);
    }

    @Test
    void everyRowThatCannotBeAskedIsNamedWithItsKind() {
        Measurement.Questions asked = measure(
                EvaluationTask.AQUA,
                TaskOptions.NONE,
                AQUA
                        + "{\"question\":\"?\",\"options\":[\"A)1\",\"B)2\"],\"correct\":\"Z\"}\n"
                        + "{\"question\":\"?\",\"options\":\"none\",\"correct\":\"A\"}\n"
                        + "{\"question\":\"?\",\"correct\":\"A\"}\n"
                        + "{\"options\":[\"A)1\",\"B)2\"],\"correct\":\"A\"}\n");

        assertThat(asked.size()).isEqualTo(2);
        assertThat(asked.leftOut()).extracting(RowProblem::line).containsExactly(3, 4, 5, 6);
        assertThat(asked.leftOut())
                .extracting(RowProblem::kind)
                .containsExactly(Kind.BAD_VALUE, Kind.WRONG_TYPE, Kind.MISSING_FIELD, Kind.MISSING_FIELD);
    }

    /** Policies name figures by these names before anything is measured. */
    @Test
    void theFiguresOfATaskAreThoseThatTheContractNames() {
        String math = "{\"problem\":\"1+1?\",\"solution\":\"\\\\boxed{2}\"}\n";
        StringBuilder grade = new StringBuilder();
        for (int row = 0; row < 8; row++) {
            grade.append("{\"question\":\"1+%d?\",\"answer\":\"so it is\\n#### %d\"}\n".formatted(row, row + 1));
        }
        named(EvaluationTask.AQUA, TaskOptions.NONE, AQUA);
        named(
                EvaluationTask.SAT_MATH,
                TaskOptions.NONE,
                "{\"question\":\"x?\",\"options\":[\"(A)1\",\"(B)2\"],\"label\":\"A\"}\n");
        named(EvaluationTask.HENDRYCKS_MATH, TaskOptions.NONE, math);
        named(EvaluationTask.SVAMP, TaskOptions.NONE, "{\"Body\":\"b\",\"Question\":\"q?\",\"Answer\":3.0}\n");
        named(EvaluationTask.NUMGLUE, TaskOptions.NONE, "{\"question\":\"2+2?\",\"answer\":4}\n");
        named(EvaluationTask.GSM8K, TaskOptions.NONE, grade.toString());
        named(EvaluationTask.GSM8K_COT_ZEROSHOT, TaskOptions.NONE, grade.toString());
        named(EvaluationTask.SUPERGLUE, subject("boolq"), "{\"passage\":\"p\",\"question\":\"q\",\"label\":true}\n");
        named(EvaluationTask.SUPERGLUE, subject("cb"), "{\"premise\":\"p\",\"hypothesis\":\"h\",\"label\":1}\n");
        named(
                EvaluationTask.SUPERGLUE,
                subject("record"),
                "{\"passage\":\"p\",\"query\":\"@placeholder won\",\"entities\":[\"A\",\"B\"],\"answers\":[\"B\"]}\n");
        named(
                EvaluationTask.EXACT_MATCH,
                TaskOptions.NONE,
                "{\"messages\":[{\"role\":\"user\",\"content\":\"1+1\"},{\"role\":\"assistant\",\"content\":\"#### 2\"}]}\n");
    }

    private static void named(EvaluationTask task, TaskOptions options, String rows) {
        named(task, measure(task, options, rows));
    }

    private static void named(EvaluationTask task, Measurement.Questions asked) {
        JsonNode configuration = asked.task().configuration();
        List<String> names = new ArrayList<>();
        for (JsonNode metric : configuration.path("metric_list")) {
            if (configuration.path("filter_list").isEmpty()) {
                names.add(metric.path("metric").asText());
            }
            configuration
                    .path("filter_list")
                    .forEach(filter -> names.add(metric.path("metric").asText() + ","
                            + filter.path("name").asText()));
        }
        assertThat(TaskMetrics.of(task, asked.name())).containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void marksCarriageReturnsAndBrokenLinesOfAFileAreReadAroundAndNamed() {
        byte[] good = "\ufeff{\"question\":\"a ?\",\"answer\":\"#### 1\"}\r\n\r\n".getBytes(UTF_8);
        byte[] bad = ("{\"question\":\"x\",\"answer\":\"#### 2\"}\n{\"question\":\"a ?\",\"answer\":\"#### 1\"}\n"
                        + "{\"question\":\"b ?\"}\n{\"question\":\"c ?\",\"answer\":\"no mark\"}\n{\"question\":\"d ?\",\"answ")
                .getBytes(UTF_8);
        bad[13] = (byte) 0xff;
        byte[] file = Arrays.copyOf(good, good.length + bad.length);
        System.arraycopy(bad, 0, file, good.length, bad.length);

        Measurement.Questions asked = (Measurement.Questions) TaskCatalogue.measure(
                specification(EvaluationTask.GSM8K_COT_ZEROSHOT, TaskOptions.NONE), file, Optional.empty());

        assertThat(asked.size()).isEqualTo(1);
        assertThat(asked.leftOut())
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactlyInAnyOrder(
                        tuple(3, Kind.NOT_UTF8),
                        tuple(4, Kind.DUPLICATE),
                        tuple(5, Kind.MISSING_FIELD),
                        tuple(6, Kind.BAD_VALUE),
                        tuple(7, Kind.NOT_JSON));
    }

    @ParameterizedTest
    @CsvSource({"-1, ABSENT", "65, ABSENT", "3, ABSENT", "0, FINE", "2, FINE"})
    void moreWorkedExamplesThanThereAreToDrawFromAreRefused(int shots, String verdict) {
        TaskOptions options = new TaskOptions(
                Optional.empty(),
                Optional.of("worked"),
                OptionalInt.of(shots),
                false,
                Optional.empty(),
                Optional.empty());
        byte[] rows = "{\"question\":\"q ?\",\"answer\":\"#### 1\"}\n".getBytes(UTF_8);
        byte[] worked = "{\"question\":\"p ?\",\"answer\":\"#### 1\"}\n{\"question\":\"r ?\",\"answer\":\"#### 2\"}\n"
                .getBytes(UTF_8);

        if (verdict.equals("FINE")) {
            assertThat(TaskCatalogue.measure(specification(EvaluationTask.GSM8K, options), rows, Optional.of(worked))
                            .size())
                    .isEqualTo(1);
        } else {
            assertThatThrownBy(() -> TaskCatalogue.measure(
                            specification(EvaluationTask.GSM8K, options), rows, Optional.of(worked)))
                    .isInstanceOfSatisfying(TaskRefusedException.class, refused -> assertThat(
                                    refused.failure().code())
                            .isEqualTo(FailureCode.INVALID_SPECIFICATION))
                    .hasMessageContaining("from 2");
        }
    }

    @Test
    void dataWithoutARowThatCanBeAskedIsRefusedWithTheFirstOfThem() {
        TaskRefusedException refused = refusal(EvaluationTask.AQUA, TaskOptions.NONE, "{\"text\":\"no question\"}\n");

        assertThat(refused.failure().code()).isEqualTo(FailureCode.DATASET_NOT_USABLE);
        assertThat(refused.getMessage()).contains("line 1", "\"question\"", "\"text\"");
        assertThatThrownBy(() -> measure(EvaluationTask.HELD_OUT_LOSS, TaskOptions.NONE, AQUA))
                .as("documents are no conversations")
                .isInstanceOf(DatasetException.class);
    }

    private static TaskRefusedException refusal(EvaluationTask task, TaskOptions options, String rows) {
        try {
            measure(task, options, rows);
        } catch (TaskRefusedException refused) {
            return refused;
        }
        throw new AssertionError("nothing was refused");
    }

    private static Measurement.Questions measure(EvaluationTask task, TaskOptions options, String rows) {
        return (Measurement.Questions)
                TaskCatalogue.measure(specification(task, options), rows.getBytes(UTF_8), Optional.empty());
    }

    private static TaskSpecification specification(EvaluationTask task, TaskOptions options) {
        return new TaskSpecification(
                task, 0, 8, options.equals(TaskOptions.NONE) ? Optional.empty() : Optional.of(options));
    }

    private static TaskOptions subject(String subject) {
        return new TaskOptions(
                Optional.empty(), Optional.empty(), OptionalInt.empty(), false, Optional.of(subject), Optional.empty());
    }

    private static String text(Example example) {
        return example.request().prompt().text();
    }

    private static List<String> choices(Example example) {
        return ((Request.Likelihood) example.request()).continuations();
    }
}
