package io.finemesh.gateway.admission;

import static io.finemesh.gateway.admission.Specifications.LEAST;
import static io.finemesh.gateway.admission.Specifications.admitted;
import static io.finemesh.gateway.admission.Specifications.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.finemesh.contract.run.BatchSpecification;
import io.finemesh.contract.run.BlockOrder;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.FrozenForm;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.contract.run.JudgeSpecification;
import io.finemesh.contract.run.LearningRateShape;
import io.finemesh.contract.run.Method;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.OptimizerSpecification;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.run.TraceDetail;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecificationReaderTest {
    @Test
    void fillsInEveryDefault() {
        assertThat(admitted(LEAST).finished(1))
                .isEqualTo(new RunSpecification(
                        "m-badam",
                        "m",
                        "d",
                        PromptTemplate.PLAIN,
                        MethodSpecification.of(Method.BADAM)
                                .visits(BlockOrder.ASCENDING, 50)
                                .build(),
                        new OptimizerSpecification(5e-5, LearningRateShape.LINEAR, 0, 0, 0.9, 0.999, 1e-8, 0, 1),
                        new BatchSpecification(8, 1, 2048),
                        OptionalDouble.empty(),
                        OptionalLong.of(100),
                        Precision.FP32,
                        42,
                        500,
                        new EvaluationSpecification(Optional.empty(), List.of(), false, 0),
                        OptionalLong.empty(),
                        TraceDetail.SEGMENT,
                        Optional.empty()));
    }

    @Test
    void readsEveryField() {
        RunSpecification read = admitted("""
                        name: all of it
                        model: m
                        dataset: d@3
                        output_name: better
                        template: chatml
                        precision: bf16
                        seed: 7
                        method:
                          finetuning: badam
                          badam_switch_mode: random
                          badam_switch_interval: auto
                          badam_start_block: 2
                          badam_include_embedding: true
                          badam_include_head: true
                          badam_reference_compatible: true
                        optimizer:
                          learning_rate: 1e-4
                          lr_scheduler_type: cosine
                          warmup_steps: 9
                          final_fraction: 0.1
                          adam_beta1: 0.8
                          adam_beta2: 0.95
                          adam_epsilon: 1e-6
                          weight_decay: 0.01
                          max_grad_norm: 0
                        batch: {per_device_train_batch_size: 4, gradient_accumulation_steps: 3, cutoff_len: 512}
                        duration: {num_train_epochs: 2.5}
                        evaluation:
                          dataset: e
                          tasks: [{task: exact_match, limit: 10, max_new_tokens: 20}, {task: held_out_loss}]
                          at_start: true
                          every_segments: 3
                        resources: {memory_limit: 20GiB}
                        trace: {detail: per_step}
                        """).finished(1);
        assertThat(read)
                .isEqualTo(new RunSpecification(
                        "all of it",
                        "m",
                        "d@3",
                        PromptTemplate.CHATML,
                        MethodSpecification.of(Method.BADAM)
                                .visits(BlockOrder.RANDOM, 0)
                                .startBlock(OptionalInt.of(2))
                                .ends(true, true)
                                .referenceCompatible(true)
                                .build(),
                        new OptimizerSpecification(1e-4, LearningRateShape.COSINE, 9, 0.1, 0.8, 0.95, 1e-6, 0.01, 0),
                        new BatchSpecification(12, 3, 512),
                        OptionalDouble.of(2.5),
                        OptionalLong.empty(),
                        Precision.BF16,
                        7,
                        500,
                        new EvaluationSpecification(
                                Optional.of("e"),
                                List.of(
                                        new TaskSpecification(EvaluationTask.EXACT_MATCH, 10, 20),
                                        new TaskSpecification(EvaluationTask.HELD_OUT_LOSS, 0, 0)),
                                true,
                                3),
                        OptionalLong.of(20L << 30),
                        TraceDetail.PER_STEP,
                        Optional.of("better")));
    }

    @Test
    void frozenLayersMayBeHeldInEightBits() {
        String least = "model: m\ndataset: d\nduration: {max_steps: 5}\n";
        assertThat(admitted(least + "method: {badam_frozen: int8}")
                        .finished(1)
                        .method()
                        .frozen())
                .contains(FrozenForm.INT8);
        assertThat(admitted(least + "method: {badam_frozen: stored}")
                        .finished(1)
                        .method()
                        .frozen())
                .isEmpty();
        assertThat(problems(least + "method: {finetuning: adamw, badam_frozen: int8}"))
                .singleElement()
                .extracting(FieldProblem::pointer)
                .isEqualTo("/method/badam_frozen");
    }

    static Stream<FieldTable.Row> rows() {
        return FieldTable.rows();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void judgesEachField(FieldTable.Row row) {
        List<FieldProblem> problems = problems(row.specification());
        if (row.good()) {
            assertThat(problems).isEmpty();
        } else {
            // In a list, the item that is wrong is named rather than the list.
            assertThat(problems).singleElement().satisfies(problem -> assertThat(problem.pointer() + "/")
                    .startsWith(row.pointer() + "/"));
            assertThat(problems).allSatisfy(problem -> {
                assertThat(problem.found()).isPresent();
                assertThat(problem.allowed()).isPresent();
                assertThat(problem.message()).contains(problem.allowed().orElseThrow());
                assertThat(problem.place()).isPresent();
            });
        }
    }

    @Test
    void namesEveryWrongFieldAtOnce() {
        List<FieldProblem> problems = problems("""
                model: m
                datset: d
                method: {finetuning: badam, badam_switch_interval: 0}
                optimizer: {learning_rate: -1e-5, lr_scheduler_type: cosin, adam_beta1: 1}
                duration: {max_steps: 10, num_train_epochs: 3}
                checkpoint: {save_steps: 5}
                evaluation: {tasks: [{task: exactmatch}]}
                trace: {detail: everything}
                """);
        assertThat(problems)
                .extracting(FieldProblem::pointer)
                .containsExactlyInAnyOrder(
                        "/dataset",
                        "/datset",
                        "/method/badam_switch_interval",
                        "/optimizer/learning_rate",
                        "/optimizer/lr_scheduler_type",
                        "/optimizer/adam_beta1",
                        "/duration/max_steps",
                        "/checkpoint/save_steps",
                        "/evaluation/dataset",
                        "/evaluation/tasks/0/task",
                        "/trace/detail");
    }

    @Test
    void saysWhatWasFoundWhatIsAllowedAndWhere() {
        assertThat(problems(LEAST + "optimizer:\n  learning_rate: -0.1\n"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).isEqualTo("/optimizer/learning_rate");
                    assertThat(problem.found()).contains("-0.1");
                    assertThat(problem.allowed()).contains("a number above 0 and at most 1");
                    assertThat(problem.message())
                            .isEqualTo("optimizer.learning_rate is -0.1; allowed: a number above 0 and at most 1");
                    assertThat(problem.place()).get().hasToString("line 5, column 18");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "'sede: 1', sede, seed",
        "'optimizer: {learning_rat: 1e-4}', learning_rat, learning_rate",
        "'optimizer: {lr: 1e-4}', lr, learning_rate",
        "'learning_rate: 1e-4', learning_rate, optimizer.learning_rate",
        "'model_name_or_path: m', model_name_or_path, model",
        "'use_badam: true', use_badam, method.finetuning",
        "'max_steps: 5', max_steps, duration.max_steps",
        "'batch: {badam_switch_mode: random}', badam_switch_mode, method.badam_switch_mode",
        "'method: {switch_mode: random}', switch_mode, badam_switch_mode",
        "'batch-size: 4', batch-size, batch",
        "'evaluation: {dataset: e, tasks: [{task: exact_match, max_samples: 5}]}', max_samples, limit"
    })
    void suggestsWhatAnUnknownKeyWasMeantToBe(String line, String key, String meant) {
        assertThat(problems(LEAST + line)).singleElement().satisfies(problem -> {
            assertThat(problem.pointer()).endsWith("/" + key);
            assertThat(problem.found()).contains(key);
            assertThat(problem.suggestion()).contains(meant);
            assertThat(problem.message()).contains("did you mean '" + meant + "'?");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\u202Eb", "a\\u2066b", "a\\u001bb", "a\\u0085b"})
    void refusesANameThatWouldGarbleALineOfText(String escaped) {
        assertThat(problems(LEAST + "name: \"" + escaped + "\"\n"))
                .singleElement()
                .extracting(FieldProblem::pointer)
                .isEqualTo("/name");
    }

    @Test
    void listsTheKnownKeysWhereNoneIsNear() {
        assertThat(problems(LEAST + "batch: {zzz: 1}")).singleElement().satisfies(problem -> {
            assertThat(problem.suggestion()).isEmpty();
            assertThat(problem.message())
                    .isEqualTo(
                            "'zzz' is not a field of batch; allowed: per_device_train_batch_size, gradient_accumulation_steps, cutoff_len, long_samples");
        });
    }

    @ParameterizedTest
    @CsvSource({"cosin, cosine", "liner, linear", "Constant, constant"})
    void suggestsTheNearestValue(String written, String meant) {
        assertThat(problems(LEAST + "optimizer: {lr_scheduler_type: " + written + "}"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.suggestion()).contains(meant));
    }

    @Test
    void refusesSettingsOfAnotherMethodGivenExplicitly() {
        assertThat(problems(LEAST + "method: {finetuning: adamw, badam_switch_interval: 5, badam_start_block: 0}"))
                .extracting(FieldProblem::pointer)
                .containsExactly("/method/badam_switch_interval", "/method/badam_start_block");
        assertThat(problems(LEAST + "method: {finetuning: qlora}\ncheckpoint: {save_steps: 5}"))
                .as("nothing is said of save_steps while the method is unreadable")
                .extracting(FieldProblem::pointer)
                .containsExactly("/method/finetuning");
    }

    @Test
    void refusesContradictions() {
        assertThat(problems(LEAST + "optimizer: {warmup_steps: 1, warmup_ratio: 0.1}"))
                .extracting(FieldProblem::pointer)
                .containsExactly("/optimizer/warmup_ratio");
        assertThat(problems(LEAST + "optimizer: {lr_scheduler_type: constant, final_fraction: 0.1}"))
                .extracting(FieldProblem::pointer)
                .containsExactly("/optimizer/final_fraction");
        assertThat(problems(LEAST + "optimizer: {warmup_steps: 101}"))
                .extracting(FieldProblem::message)
                .containsExactly("optimizer.warmup_steps is 101; allowed: at most duration.max_steps, which is 100");
        assertThat(
                        problems(
                                LEAST
                                        + "evaluation: {dataset: e, tasks: [{task: held_out_loss, max_new_tokens: 5}, {task: held_out_loss}]}"))
                .extracting(FieldProblem::pointer)
                .containsExactly("/evaluation/tasks/0/max_new_tokens", "/evaluation/tasks/1/task");
    }

    @Test
    void refusesWhatIsNoMapping() {
        assertThat(problems("")).extracting(FieldProblem::pointer).containsExactly("");
        assertThat(problems("[model, dataset]"))
                .extracting(FieldProblem::pointer)
                .containsExactly("");
        assertThat(problems("just text"))
                .extracting(FieldProblem::message)
                .containsExactly("the specification is \"just text\" (text); allowed: a mapping of fields");
    }

    @Test
    void carriesFlawsOfTheDocumentOn() {
        assertThat(problems("model: m\nmodel: n\ndataset: d\nduration: {max_steps: 1}\n3: x\n"))
                .extracting(FieldProblem::pointer, problem -> problem.found().orElseThrow())
                .containsExactly(tuple("/model", "given twice"), tuple("", "the key 3"));
    }

    @Test
    void stillNamesReferencesOfARefusedSpecification() {
        Admission admission = SpecificationReader.read(
                Specifications.document(LEAST + "seed: -1\nevaluation: {dataset: e, tasks: [{task: exact_match}]}"));
        NamedReferences references = ((Admission.Refused) admission).references();
        assertThat(references.model()).contains("m");
        assertThat(references.dataset()).contains("d");
        assertThat(references.evaluation()).hasValueSatisfying(evaluation -> {
            assertThat(evaluation.dataset()).contains("e");
            assertThat(NamedReferences.readsConversations(evaluation.tasks(), evaluation.dataset(), "e"))
                    .isTrue();
        });
    }

    @Test
    void aRunsEvaluationNamesWhateverAnEvaluationOnDemandDoes() {
        EvaluationSpecification evaluation =
                admitted(LEAST + """
                        evaluation:
                          dataset: held-out
                          against: base-model@champion
                          judge: {url: 'http://host/v1', model: gpt-4, secret: openai, prompts: p, references: r@2, budget: {requests: 500}}
                          tasks:
                            - {task: held_out_loss}
                            - {task: superglue, subject: cb, dataset: cb-validation}
                            - {task: mmlu, subject: law, dataset: law-test, examples: law-dev}
                            - {task: mt_bench, dataset: questions}
                            - {task: update_report}
                        """).specification().evaluation();

        assertThat(evaluation.tasks())
                .extracting(TaskSpecification::name)
                .containsExactly("held_out_loss", "superglue_cb", "mmlu_law", "mt_bench", "update_report");
        assertThat(evaluation.against()).contains("base-model@champion");
        assertThat(evaluation.judge())
                .contains(new JudgeSpecification(
                        Optional.empty(),
                        Optional.of("http://host/v1"),
                        Optional.of("gpt-4"),
                        Optional.of("openai"),
                        "p",
                        Optional.of("r@2"),
                        Optional.of(new JudgeBudget(OptionalLong.of(500), OptionalLong.empty())),
                        Optional.empty()));
        assertThat(NamedReferences.datasets("/evaluation", evaluation.tasks(), evaluation.judge()))
                .containsOnly(
                        Map.entry("cb-validation", "/evaluation/tasks/1/dataset"),
                        Map.entry("law-test", "/evaluation/tasks/2/dataset"),
                        Map.entry("law-dev", "/evaluation/tasks/2/examples"),
                        Map.entry("questions", "/evaluation/tasks/3/dataset"),
                        Map.entry("p", "/evaluation/judge/prompts"),
                        Map.entry("r@2", "/evaluation/judge/references"));
    }

    @Test
    void whatTasksNeedAndDoNotNeedIsAllSaidAtOnce() {
        assertThat(problems(LEAST + """
                        evaluation:
                          against: base
                          judge: {secret: s}
                          tasks: [{task: mt_bench}, {task: superglue, subject: mnli}, {task: gsm8k_cot}]
                        """))
                .extracting(FieldProblem::pointer)
                .containsExactlyInAnyOrder(
                        "/evaluation/tasks/1/subject",
                        "/evaluation/tasks/2/examples",
                        "/evaluation/judge/checkpoint",
                        "/evaluation/judge/prompts",
                        "/evaluation/against",
                        "/evaluation/dataset");
    }

    @Test
    void noServerHasTheCheckpointsOfARun() {
        assertThat(
                        problems(
                                LEAST
                                        + "evaluation: {dataset: e, remote: {url: 'http://h/v1', model: m}, tasks: [{task: exact_match}]}"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).isEqualTo("/evaluation/remote");
                    assertThat(problem.message()).contains("no server has the checkpoints that a run makes");
                });
    }

    @Test
    void workedExamplesAreRefusedWhereATaskDoesNotReadThemAtEveryPlaceAtOnce() {
        assertThat(problems(LEAST + """
                        evaluation:
                          dataset: e
                          tasks:
                            - {task: gsm8k, examples: worked}
                            - {task: gsm8k_cot_zeroshot, examples: worked}
                            - {task: svamp, examples: worked}
                            - {task: superglue, subject: boolq, examples: worked}
                            - {task: update_report, examples: worked}
                        """))
                .extracting(FieldProblem::pointer, FieldProblem::message)
                .containsExactly(
                        refusedExamples(1, "gsm8k_cot_zeroshot"),
                        refusedExamples(2, "svamp"),
                        refusedExamples(3, "superglue"),
                        refusedExamples(4, "update_report"));
    }

    private static Tuple refusedExamples(int task, String name) {
        return tuple(
                "/evaluation/tasks/" + task + "/examples",
                "examples belongs to gsm8k, gsm8k_cot, gsm8k_cot_llama, mmlu; " + name
                        + " does not read it, so leave it out");
    }

    @ParameterizedTest
    @CsvSource({
        "max_steps: 1000, 0.03, 30",
        "max_steps: 1001, 0.03, 31",
        "num_train_epochs: 3, 0.1, 38",
        "num_train_epochs: 0.5, 1, 63",
        "max_steps: 10, 0, 0"
    })
    void turnsAWarmUpRatioIntoStepsOnceTheDataIsKnown(String duration, String ratio, long steps) {
        // 1000 samples, 8 a step: an epoch is 125 steps.
        Draft draft = admitted(
                "model: m\ndataset: d\nduration: {" + duration + "}\noptimizer: {warmup_ratio: " + ratio + "}");
        assertThat(draft.finished(1000).optimizer().warmupSteps()).isEqualTo(steps);
    }
}
