package io.finemesh.gateway.admission;

import static io.finemesh.gateway.admission.Specifications.document;
import static io.finemesh.gateway.admission.Specifications.problems;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What only the command line takes as data is refused with what to do instead, wherever data is named. */
class ElsewhereTest {
    @Test
    void everyPlaceOfARunSaysHowToUploadFirst() {
        List<FieldProblem> found = problems("""
                model: m
                dataset: hub:openai/gsm8k:main/train
                duration: {max_steps: 10}
                evaluation:
                  dataset: ./held-out.jsonl
                  tasks:
                    - {task: gsm8k, dataset: hub:openai/gsm8k:main/test, examples: /data/train.jsonl}
                    - {task: mt_bench}
                  judge: {checkpoint: j, prompts: hub:a/b:prompts, references: hub:a/b:references}
                """);

        assertThat(found)
                .extracting(FieldProblem::pointer)
                .containsExactlyInAnyOrder(
                        "/dataset",
                        "/evaluation/dataset",
                        "/evaluation/tasks/0/dataset",
                        "/evaluation/tasks/0/examples",
                        "/evaluation/judge/prompts",
                        "/evaluation/judge/references");
        assertThat(found)
                .extracting(FieldProblem::message)
                .contains(
                        "dataset is \"hub:openai/gsm8k:main/train\", an id on a hub, from which the gateway fetches nothing:"
                                + " './finemesh datasets upload NAME --from hub:openai/gsm8k:main/train' does, and NAME is then a data set;"
                                + " allowed: a data set name such as sums, or one version of it such as sums@3",
                        "evaluation.dataset is \"./held-out.jsonl\", a path, and the gateway reads no files:"
                                + " './finemesh datasets upload NAME ./held-out.jsonl' does, and NAME is then a data set; allowed: "
                                + SpecificationReader.EVALUATION_DATASET_WORDS);
    }

    @Test
    void aPolicysOwnDataSetGrows() {
        assertThat(PolicyReader.read(document("""
                        model: m
                        dataset: hub:a/b
                        triggers: [{kind: volume, samples: 5}]
                        run: {duration: {max_steps: 10}, evaluation: {tasks: [{task: held_out_loss}]}}
                        gate: {rules: [{rule: no_regression, task: held_out_loss, metric: loss, better: lower}]}
                        """), Optional.of("p")).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message())
                        .contains("'./finemesh datasets append NAME --from hub:a/b' does"));
    }

    @Test
    void aNameOfTheMeshIsLeftAlone() {
        assertThat(Elsewhere.advice("sums@3", "upload")).isEmpty();
        assertThat(Elsewhere.advice("rows.jsonl", "upload"))
                .as("a name like any other")
                .isEmpty();
        assertThat(Elsewhere.advice("hub:a\nb" + "c".repeat(1000), "upload").orElseThrow())
                .doesNotContain("\n")
                .hasSizeLessThan(500);
    }
}
