package io.finemesh.gateway.admission;

import static io.finemesh.gateway.admission.Specifications.document;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.finemesh.contract.policy.Better;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.ScheduleTrigger;
import io.finemesh.contract.policy.ThresholdRule;
import io.finemesh.contract.policy.VolumeTrigger;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyReaderTest {
    private static final String REST = """
            run: {duration: {max_steps: 10}, evaluation: {tasks: [{task: held_out_loss}]}}
            gate: {rules: [{rule: no_regression, task: held_out_loss, metric: loss, better: lower}]}
            """;
    private static final String LEAST = "model: m\ndataset: d\ntriggers: [{kind: volume, samples: 5}]\n" + REST;

    private static PolicyReader.Verdict read(String yaml) {
        return PolicyReader.read(document(yaml), Optional.of("p"));
    }

    private static List<String> messages(String yaml) {
        return read(yaml).problems().stream().map(FieldProblem::message).toList();
    }

    @Test
    void theLeastPolicyHasEveryDefault() {
        PolicyDefined policy = read(LEAST).policy().orElseThrow();

        assertThat(policy.name()).isEqualTo("p");
        assertThat(policy.alias()).isEqualTo("champion");
        assertThat(policy.enabled()).isTrue();
        assertThat(policy.dryRun()).isFalse();
        assertThat(policy.limits().cooldownSeconds()).isEqualTo(60);
        assertThat(policy.limits().maximumConcurrentRuns()).isEqualTo(1);
        assertThat(policy.triggers()).singleElement().isInstanceOfSatisfying(VolumeTrigger.class, volume -> {
            assertThat(volume.name()).isEqualTo("volume-1");
            assertThat(volume.samples()).hasValue(5);
        });
        assertThat(policy.run().model()).isEqualTo("m");
        assertThat(policy.run().dataset()).isEqualTo("d");
        assertThat(policy.run().evaluation().dataset())
                .as("what the data set holds out")
                .contains("d:held-out");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsAPolicyAndFitsThePublishedSchema(Path example) throws IOException {
        String yaml = Files.readString(example);

        assertThat(PolicyReader.read(document(yaml), Optional.empty()).problems())
                .isEmpty();
        assertThat(schema().validate(SchemaAgreementTest.json(document(yaml).root())))
                .isEmpty();
    }

    static Stream<Path> examples() throws IOException {
        return Files.list(Path.of(System.getProperty("finemesh.root"), "docs/examples/policies"));
    }

    @Test
    void theExampleOfEverythingIsReadFieldByField() throws IOException {
        String yaml = Files.readString(
                Path.of(System.getProperty("finemesh.root"), "docs/examples/policies/everything.yaml"));
        PolicyDefined policy =
                PolicyReader.read(document(yaml), Optional.empty()).policy().orElseThrow();

        assertThat(policy.triggers()).hasSize(5);
        assertThat(policy.triggers().get(1)).isEqualTo(new ScheduleTrigger("weekly", "30 2 * * SUN", "Europe/Vienna"));
        assertThat(policy.limits().budgetGpuSeconds()).isEqualTo(OptionalDouble.of(360_000));
        assertThat(policy.warmupFraction()).hasValue(0.03);
        assertThat(policy.gate().rules())
                .hasSize(3)
                .contains(new ThresholdRule("exact_match", "exact_match", Better.HIGHER, 0.4));
        assertThat(policy.webhooks()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    triggers: []                                                      | triggers is a list of 0
                    triggers: [{kind: volum, samples: 5}]                             | triggers.0.kind is "volum"
                    triggers: [{kind: volume}]                                        | triggers.0.samples is missing
                    triggers: [{kind: volume, samples: 5, tokens: 5}]                 | samples and tokens are both given
                    triggers: [{kind: volume, samples: 0}]                            | triggers.0.samples is 0
                    triggers: [{kind: schedule, cron: "61 * * * *"}]                  | the minute is "61"
                    triggers: [{kind: schedule, cron: "0 0 30 2 *"}]                  | fits no date
                    triggers: [{kind: schedule, cron: "0 * * * *", zone: Mars/Base}]  | triggers.0.zone is "Mars/Base"
                    triggers: [{kind: external, event_type: io.finemesh.trigger.fired.v1}] | would fire itself
                    triggers: [{kind: volume, name: a, samples: 5}, {kind: drift, name: a}] | another trigger is called "a" too
                    triggers: [{kind: regression, task: gsm, metric: m, better: higher, drop: 1}] | a task of run.evaluation.tasks: held_out_loss
                    triggers: [{kind: regression, task: held_out_loss, metric: los, better: lower, drop: 1}] | a metric of held_out_loss: loss, perplexity; did you mean loss?
                    triggers: [{kind: regression, task: held_out_loss, metric: loss, better: lower, drop: .nan}] | triggers.0.drop is .nan
                    triggers: [{kind: regression, task: held_out_loss, metric: loss, better: lower, drop: 0}] | triggers.0.drop is 0
                    triggers: [{kind: drift, index: .inf}]                            | triggers.0.index is .inf
                    triggers: [{kind: drift, index: .nan}]                            | triggers.0.index is .nan
                    triggers: [{kind: schedule, cron: "0 0 * *"}]                     | has 4 fields
                    triggers: [{kind: schedule, cron: "0 0 31 4,6 *"}]                | fits no date
                    triggers: [{kind: schedule, cron: "0 0 * * *", zone: "+25:00"}]   | triggers.0.zone is "+25:00"
                    triggers: [{kind: volume, samples: 5, sample: 6}]                 | 'sample' is not a field
                    """)
    void whatIsWrongWithATriggerIsSaid(String triggers, String words) {
        assertThat(messages("model: m\ndataset: d\n" + triggers + "\n" + REST))
                .singleElement()
                .asString()
                .contains(words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    limits: {budget_steps: 0}                        | limits.budget_steps is 0
                    limits: {budget_gpu_seconds: 0}                  | limits.budget_gpu_seconds is 0
                    limits: {budget_gpu_seconds: .nan}               | limits.budget_gpu_seconds is .nan
                    limits: {maximum_concurrent_runs: 0}             | limits.maximum_concurrent_runs is 0
                    limits: {budget_period_seconds: -1}              | limits.budget_period_seconds is -1
                    """)
    void aLimitUnderWhichNothingCouldRunIsRefused(String limits, String words) {
        assertThat(messages(LEAST + limits + "\n")).singleElement().asString().contains(words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    threshold, task: held_out_loss, metric: loss, better: lower, bound: .nan            | gate.rules.0.bound is .nan
                    threshold, task: held_out_loss, metric: loss, better: lower, bound: -.inf           | gate.rules.0.bound is -.inf
                    no_regression, task: held_out_loss, metric: loss, better: lower, tolerance: .nan    | gate.rules.0.tolerance is .nan
                    no_regression, task: held_out_loss, metric: accuracy, better: higher                | gate.rules.0.metric is "accuracy" (text); allowed: a metric of held_out_loss: loss, perplexity
                    threshold, task: gsm8k, metric: exact_match, better: higher, bound: 0.5             | exact_match,strict-match, exact_match,flexible-extract
                    threshold, task: svamp, metric: exact_match, better: higher, bound: 0.5             | a metric of svamp: number
                    threshold, task: superglue_cb, metric: em, better: higher, bound: 0.5               | a metric of superglue_cb: acc, f1
                    paired, task: superglue_cb, metric: f1, better: higher                              | f1 is no count of right samples
                    threshold, task: mt_bench, metric: "category,", better: higher, bound: 5            | gate.rules.0.metric is "category,"
                    """)
    void aBoundThatIsNoNumberAndAFigureThatATaskDoesNotHaveAreRefused(String rule, String words) {
        assertThat(messages(LEAST.replace(
                                "tasks: [",
                                "judge: {checkpoint: j, prompts: q}, tasks: [{task: gsm8k, dataset: g}, {task: svamp, dataset: s},"
                                        + " {task: superglue, subject: cb, dataset: c}, {task: mt_bench, dataset: q}, ")
                        .replaceFirst("rule: no_regression[^}]*", "rule: " + rule)))
                .singleElement()
                .asString()
                .contains(words);
    }

    @Test
    void aRegressionThatWouldFireItselfIsRefused() {
        String regression =
                "triggers: [{kind: regression, task: held_out_loss, metric: loss, better: lower, drop: 0.1}]\n";

        assertThat(messages("model: m\ndataset: d\nlimits: {cooldown_seconds: 5}\n" + regression + REST))
                .singleElement()
                .asString()
                .contains("it would fire itself")
                .contains("at least 60");
        assertThat(messages("model: m\ndataset: d\n" + regression + REST)).isEmpty();
    }

    @Test
    void aGateOnATaskThatIsNotEvaluatedIsRefusedWithTheTasksThereAre() {
        String yaml = """
                model: m
                dataset: d
                triggers: [{kind: volume, samples: 5}]
                run: {duration: {max_steps: 10}, evaluation: {tasks: [{task: held_out_loss}]}}
                gate:
                  rules:
                    - {rule: threshold, task: held_out_los, metric: loss, better: lower, bound: 2}
                    - {rule: threshold, task: held_out_loss, metric: loss, better: lower}
                    - {rule: paired, task: held_out_loss, metric: loss}
                """;

        assertThat(messages(yaml)).hasSize(4);
        assertThat(messages(yaml).get(0)).contains("held_out_los").contains("did you mean held_out_loss");
        assertThat(messages(yaml).get(1)).contains("gate.rules.1.bound is missing");
        assertThat(messages(yaml).get(2)).contains("gate.rules.2.better is missing");
        assertThat(messages(yaml).get(3)).contains("no samples that are right or wrong");
    }

    @Test
    void comparisonsThatATaskDoesNotAllowAreRefusedWithThoseThatDo() {
        String yaml = """
                model: m
                dataset: d
                triggers: [{kind: regression, task: update_report, metric: update_norm, better: lower, drop: 1}]
                run:
                  duration: {max_steps: 10}
                  evaluation:
                    tasks:
                      - {task: update_report}
                      - {task: superglue, subject: boolq, dataset: boolq}
                      - {task: mt_bench, dataset: questions}
                    judge: {checkpoint: rater@champion, prompts: prompts}
                gate:
                  rules:
                    - {rule: threshold, task: update_report, metric: changed_tensors, better: higher, bound: 1}
                    - {rule: paired, task: superglue_boolq, metric: acc, better: higher}
                    - {rule: no_regression, task: mt_bench, metric: average, better: higher}
                    - {rule: paired, task: mt_bench, metric: average, better: higher}
                    - {rule: no_regression, task: update_report, metric: update_norm, better: lower}
                    - {rule: paired, task: superglue_boolq, metric: f1, better: higher}
                """;

        assertThat(read(yaml).problems())
                .extracting(FieldProblem::pointer)
                .containsExactlyInAnyOrder(
                        "/gate/rules/3/rule", "/gate/rules/4/rule", "/gate/rules/5/metric", "/triggers/0/task");
        assertThat(messages(yaml))
                .anySatisfy(message -> assertThat(message)
                        .contains("mt_bench has no samples that are right or wrong")
                        .contains("these have: superglue_boolq"))
                .anySatisfy(message -> assertThat(message).contains("hold it to a threshold"));
        assertThat(read(yaml).evaluation())
                .as("what it is evaluated by can be looked up all the same, and nothing is asked of the policy's data")
                .hasValueSatisfying(evaluation -> {
                    assertThat(evaluation.judge()).isPresent();
                    assertThat(evaluation.dataset()).isEmpty();
                });
    }

    @Test
    void pairsOfAnswersAreHeldToAThresholdOnly() {
        String yaml = """
                model: m
                dataset: d
                triggers: [{kind: regression, task: mt_bench_pairwise, metric: win_rate, better: higher, drop: 1}]
                run:
                  duration: {max_steps: 10}
                  evaluation:
                    tasks: [{task: mt_bench_pairwise, dataset: questions}]
                    judge: {checkpoint: rater@champion, prompts: prompts}
                gate:
                  rules:
                    - {rule: threshold, task: mt_bench_pairwise, metric: win_rate_adjusted, better: higher, bound: 0.5}
                    - {rule: no_regression, task: mt_bench_pairwise, metric: win_rate, better: higher}
                    - {rule: paired, task: mt_bench_pairwise, metric: win_rate, better: higher}
                """;

        assertThat(read(yaml).problems())
                .extracting(FieldProblem::pointer)
                .containsExactlyInAnyOrder("/gate/rules/1/rule", "/gate/rules/2/rule", "/triggers/0/task");
    }

    @Test
    void noServerHasTheCheckpointsOfAPolicysRuns() {
        assertThat(messages(LEAST.replace(
                        "{tasks: [{task: held_out_loss}]}",
                        "{tasks: [{task: held_out_loss}], remote: {url: 'http://h/v1', model: m}}")))
                .singleElement()
                .asString()
                .contains("no server has the checkpoints that a run makes");
    }

    @Test
    void workedExamplesAreRefusedWhereATaskDoesNotReadThem() {
        assertThat(messages(LEAST.replace("{task: held_out_loss}", "{task: held_out_loss, examples: worked}")))
                .containsExactly(
                        "examples belongs to gsm8k, gsm8k_cot, gsm8k_cot_llama, mmlu; held_out_loss does not read it, so leave it out");
    }

    @Test
    void aTaskIsNotAskedOnWhatTheRunsTrainOn() {
        assertThat(messages(LEAST.replace("{task: held_out_loss}", "{task: held_out_loss, dataset: d@2}")))
                .singleElement()
                .asString()
                .contains("run.evaluation.tasks.0.dataset is what the runs train on");
        assertThat(messages(LEAST.replace("{task: held_out_loss}", "{task: held_out_loss, dataset: 'd:held-out'}")))
                .isEmpty();
    }

    @Test
    void aGateNamesATaskOfOnesOwnAsItsFileDoes() {
        String yaml = """
                model: m
                dataset: d
                triggers: [{kind: volume, samples: 5}]
                run:
                  duration: {max_steps: 10}
                  evaluation:
                    tasks:
                      - task: own
                        definition: |
                          task: riddles
                          version: 1
                          prompt: "{question}"
                          target: "{answer}"
                gate: {rules: [{rule: threshold, task: NAME, metric: exact_match, better: higher, bound: 0.5}]}
                """;

        assertThat(messages(yaml.replace("NAME", "riddles"))).isEmpty();
        assertThat(messages(yaml.replace("NAME", "own")))
                .singleElement()
                .asString()
                .contains("a task of run.evaluation.tasks: riddles");
        assertThat(messages(yaml.replace("NAME", "own").replace("task: riddles", "task: [")))
                .as("a task file that cannot be read is refused where it is used")
                .isEmpty();
    }

    @Test
    void aRunKeepsItsOwnWordsForWhatIsWrongWithIt() {
        String yaml = LEAST.replace("max_steps: 10", "max_steps: 0").replace("run: {", "run: {model: other, seed: x, ");

        assertThat(messages(yaml))
                .anySatisfy(message -> assertThat(message).startsWith("run.model is the policy's own model"))
                .anySatisfy(message -> assertThat(message).startsWith("run.seed is \"x\""))
                .anySatisfy(message -> assertThat(message).startsWith("run.duration.max_steps is 0"));
        assertThat(read(yaml).problems().stream().map(FieldProblem::pointer))
                .contains("/run/model", "/run/seed", "/run/duration/max_steps");
    }

    @Test
    void everyFaultIsNamedAtOnce() {
        assertThat(messages("modle: m\nlimits: {cooldown_seconds: -1}\nwebhooks: [{url: ftp://x, secret: s}]\n"))
                .hasSizeGreaterThanOrEqualTo(7);
        assertThat(read("[]").policy()).isEmpty();
        assertThat(read("").policy()).isEmpty();
    }

    /** What is wrong elsewhere in the run hides nothing of the gate; tasks that cannot be read hide what names them. */
    @Test
    void theGateIsHeldAgainstTheTasksThatCanBeRead() {
        String wrong = LEAST.replace("no_regression, task: held_out_loss", "no_regression, task: hold_out_loss");

        assertThat(read(wrong.replace("run: {", "run: {seed: -1, ")).problems())
                .extracting(FieldProblem::pointer)
                .containsExactlyInAnyOrder("/run/seed", "/gate/rules/0/task");
        assertThat(read(wrong.replace("{task: held_out_loss}", "{task: held_out_lost}"))
                        .problems())
                .extracting(FieldProblem::pointer)
                .containsExactly("/run/evaluation/tasks/0/task");
    }

    @Test
    void aBudgetThatNoRunFitsAndAnEvaluationOnTrainingDataAreRefused() {
        assertThat(messages(LEAST + "limits: {budget_steps: 9}\n"))
                .singleElement()
                .asString()
                .contains("it would never fire");
        assertThat(messages(LEAST.replace("evaluation: {", "evaluation: {dataset: d, ")))
                .singleElement()
                .asString()
                .contains("what the runs train on");
    }

    @Test
    void aNameThatIsNotTheRequestsIsRefused() {
        assertThat(messages("name: other\n" + LEAST)).singleElement().asString().contains("policy p");
        assertThat(PolicyReader.read(document(LEAST), Optional.empty()).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.pointer()).isEqualTo("/name"));
    }

    private static JsonSchema schema() throws IOException {
        try (InputStream file = PolicyReaderTest.class.getResourceAsStream("/schemas/policy.schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(new ObjectMapper().readTree(file));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {topic: other.events, dataset: d, mapping: {instruction: after.question, output: answer}} |
                    {topic: other.events, dataset: d}                         |
                    {topic: finemesh.datasets.v1, dataset: d}                 | would come back to it
                    {topic: "a b", dataset: d}                                | the name of a Kafka topic
                    {dataset: d}                                              | topic is missing
                    {topic: t, dataset: d@1}                                  | the name of a data set that grows
                    {topic: t, dataset: d, mapping: {instrution: q}}          | did you mean 'instruction'
                    {topic: t, dataset: d, mapping: {output: 7}}              | a field of the record's JSON
                    {topic: t, dataset: d, held_out: 1}                       | a number from 0 to 0.9
                    """)
    void connectorsAreReadAndTheirFaultsNamed(String yaml, String words) {
        ConnectorReader.Verdict verdict = ConnectorReader.read(document(yaml), "c");

        if (words == null) {
            assertThat(verdict.problems()).isEmpty();
            assertThat(verdict.connector()).isPresent();
        } else {
            assertThat(verdict.problems()).singleElement().satisfies(problem -> assertThat(problem.message())
                    .contains(words));
        }
    }
}
