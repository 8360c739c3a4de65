package io.finemesh.contract.run;

import java.util.List;
import java.util.Optional;

/**
 * What is evaluated and when; no task means no evaluation.
 *
 * @param dataset held-out data set as the user named it
 * @param tasks what is measured
 * @param atStart also the checkpoint the run starts from
 * @param everySegments cadence in segments; 0 = only at the end
 */
public record EvaluationSpecification(
        Optional<String> dataset, List<TaskSpecification> tasks, boolean atStart, int everySegments) {
    public EvaluationSpecification {
        dataset = dataset == null ? Optional.empty() : dataset;
        tasks = List.copyOf(tasks);
    }
}
