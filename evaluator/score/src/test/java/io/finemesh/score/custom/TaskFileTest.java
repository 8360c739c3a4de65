package io.finemesh.score.custom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.score.SharedData;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.SampleLimit;
import io.finemesh.score.task.Task;
import io.finemesh.score.task.TaskException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskFileTest {
    private final List<RowProblem> problems = new ArrayList<>();

    private Task task(String yaml, String rows) {
        TaskFile file = TaskFile.read(yaml);
        assertThat(file.faults()).isEmpty();
        return OwnTask.of(file.definition().orElseThrow(), rows.getBytes(UTF_8), problems::add);
    }

    private static double score(Task task, int example, String text) {
        return task.judge(task.examples(SampleLimit.none()).get(example), Response.Generated.of(text))
                .getFirst()
                .metrics()
                .values()
                .iterator()
                .next();
    }

    @Test
    void aTaskWithARegexReadsAnswersByIt() {
        Task task = task("""
                task: sums
                prompt: "Add: {a} + {b} ="
                target: "{sum}"
                regex: '(\\d+)'
                pick: last
                metric: number
                stops: ["\\n\\n"]
                longest: 16
                """, """
                {"a": 1, "b": 2, "sum": 3.0}
                {"a": 1, "b": 2}
                {"a": 1, "b": 2, "sum": "three"}
                """);
        assertThat(problems).extracting(RowProblem::line).containsExactly(2, 3);
        assertThat(problems).extracting(RowProblem::kind).containsExactly(Kind.MISSING_FIELD, Kind.BAD_VALUE);
        Example example = task.examples(SampleLimit.none()).getFirst();
        assertThat(example.request().prompt().text()).isEqualTo("Add: 1 + 2 =");
        assertThat(((Request.Generation) example.request()).longest()).isEqualTo(16);
        assertThat(score(task, 0, "2 and 3\n\n4")).isEqualTo(1);
        assertThat(score(task, 0, "2")).isZero();
        assertThat(score(task, 0, "none")).isZero();
    }

    @Test
    void aTaskWithChoicesWeighsThem() {
        Task task = task(
                "task: rte\nprompt: '{premise} Question: {hypothesis} True or False?\n\n  Answer:'\ntarget: '{label}'\nchoices: ['True', 'False']\n",
                """
                {"premise": "p", "hypothesis": "h", "label": 1}
                {"premise": "p", "hypothesis": "h", "label": "True"}
                {"premise": "p", "hypothesis": "h", "label": 2}
                """);
        assertThat(problems).extracting(RowProblem::line).containsExactly(3);
        Example first = task.examples(SampleLimit.none()).getFirst();
        assertThat(((Request.Likelihood) first.request()).continuations()).containsExactly(" True", " False");
        assertThat(first.target()).isEqualTo("1");
        Response preferFalse =
                new Response.Weighed(List.of(new Response.Weight(-2, false), new Response.Weight(-1, false)));
        assertThat(task.judge(first, preferFalse).getFirst().metrics()).containsEntry("acc", 1.0);
        assertThat(task.judge(task.examples(SampleLimit.none()).get(1), preferFalse)
                        .getFirst()
                        .metrics())
                .containsEntry("acc", 0.0);
    }

    @Test
    void choicesMayStandInTheRow() {
        Task task = task("task: own\nprompt: '{q}'\ntarget: '{right}'\nchoices: options\n", """
                {"q": "?", "options": ["x", "y", "z"], "right": "C"}
                {"q": "?", "options": ["x"], "right": "x"}
                {"q": "?", "right": "x"}
                """);
        assertThat(problems).extracting(RowProblem::line).containsExactly(2, 3);
        assertThat(task.examples(SampleLimit.none()).getFirst().target()).isEqualTo("2");
    }

    @Test
    void everyFaultIsNamedAtOnce() {
        TaskFile file = TaskFile.read("""
                task: "a b"
                prompt: "no field"
                regex: "(open"
                pick: middle
                metric: bleu
                longest: 0
                stops: text
                shots: 5
                version: one
                """);
        assertThat(file.definition()).isEmpty();
        assertThat(file.faults())
                .extracting(TaskFile.Fault::key)
                .containsExactlyInAnyOrder(
                        "task", "prompt", "target", "regex", "pick", "metric", "longest", "stops", "shots", "version");
        assertThat(file.faults())
                .extracting(TaskFile.Fault::message)
                .anyMatch(message -> message.contains("exact_match, number_or_text, number; it is \"bleu\""));
    }

    @Test
    void choicesAndWrittenAnswersExcludeEachOther() {
        TaskFile file =
                TaskFile.read("task: t\nprompt: '{q}'\ntarget: '{a'\nchoices: [yes]\nregex: x\nmetric: number\n");
        assertThat(file.faults())
                .extracting(TaskFile.Fault::key)
                .containsExactlyInAnyOrder("target", "regex", "metric", "choices");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "- a\n", "task: [", "a: 1\na: 2\n", "&a [*a]", "text"})
    void whatIsNoTaskFileIsOneFault(String yaml) {
        assertThat(TaskFile.read(yaml).faults()).isNotEmpty();
        assertThat(TaskFile.read(yaml).definition()).isEmpty();
    }

    @Test
    void aTaskWithoutRowsHasNothingToAsk() {
        Task task = task("task: t\nprompt: '{q}'\ntarget: '{a}'\n", "");
        assertThat(problems).extracting(RowProblem::kind).containsExactly(Kind.EMPTY_FILE);
        assertThatThrownBy(() -> task.examples(SampleLimit.none())).isInstanceOf(TaskException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NUMBER_OR_TEXT | 1,000 | 1000.0 | true",
                "NUMBER_OR_TEXT | Entailment. | entailment | true",
                "NUMBER_OR_TEXT | neutral | entailment | false",
                "NUMBER | $5.50 | 5.5 | true",
                "NUMBER | .5 | 0.50 | true",
                "NUMBER | five | 5 | false",
                "EXACT_MATCH | 5.0 | 5 | false",
                "EXACT_MATCH | ' 5 ' | 5 | true"
            })
    void answersAreComparedByMetric(AnswerMetric metric, String read, String right, boolean equal) {
        assertThat(metric.isRight(read, right)).isEqualTo(equal);
    }

    @Test
    void wordProblemSetsAreTasksOfThisKind() {
        Task svamp = OwnTask.of(
                WordProblems.svamp(),
                "[{\"Body\": \"A.\", \"Question\": \"How many?\", \"Answer\": 51.0}]".getBytes(UTF_8),
                problems::add);
        assertThat(svamp.examples(SampleLimit.none())
                        .getFirst()
                        .request()
                        .prompt()
                        .text())
                .isEqualTo("Question: A. How many?\nAnswer:");
        assertThat(score(svamp, 0, "76 - 25 = 51.")).isEqualTo(1);
        assertThat(score(svamp, 0, "51\nQuestion: 7")).isEqualTo(1);
        Task numGlue = OwnTask.of(
                WordProblems.numGlue(),
                "{\"question\": \"q\", \"answer\": \"Contradiction\"}".getBytes(UTF_8),
                problems::add);
        assertThat(score(numGlue, 0, " contradiction.\nmore")).isEqualTo(1);
        assertThat(problems).isEmpty();
    }

    @Test
    void thePublishedSvampIsReadWhole() {
        Task svamp = OwnTask.of(WordProblems.svamp(), SharedData.bytes("data/math/SVAMP.json"), problems::add);
        assertThat(problems).isEmpty();
        assertThat(svamp.size()).isEqualTo(1000);
    }
}
