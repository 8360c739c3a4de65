package io.finemesh.contract.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.json.SinceForm;
import java.util.List;
import java.util.Optional;

/**
 * What is evaluated and when; no task means no evaluation.
 *
 * @param dataset held-out data set as the user named it
 * @param tasks what is measured
 * @param atStart also the checkpoint the run starts from
 * @param everySegments cadence in segments; 0 = only at the end
 * @param against checkpoint or model that update_report and mt_bench_pairwise compare with; absent = what the run starts from
 * @param judge who rates open answers; absent where no task has any
 */
public record EvaluationSpecification(
        Optional<String> dataset,
        List<TaskSpecification> tasks,
        boolean atStart,
        int everySegments,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(5)
        Optional<String> against,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(5)
        Optional<JudgeSpecification> judge) {
    public EvaluationSpecification {
        dataset = dataset == null ? Optional.empty() : dataset;
        tasks = List.copyOf(tasks);
        against = against == null ? Optional.empty() : against;
        judge = judge == null ? Optional.empty() : judge;
    }

    /** Tasks that compare with nothing and are rated by nobody. */
    public EvaluationSpecification(
            Optional<String> dataset, List<TaskSpecification> tasks, boolean atStart, int everySegments) {
        this(dataset, tasks, atStart, everySegments, Optional.empty(), Optional.empty());
    }
}
