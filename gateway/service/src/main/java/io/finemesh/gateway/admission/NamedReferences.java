package io.finemesh.gateway.admission;

import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.TaskSpecification;
import java.util.Optional;

/**
 * What a specification names that others hold; empty where the name itself is missing or wrong.
 *
 * @param model model name or checkpoint id, at /model
 * @param dataset data set name or version, at /dataset
 * @param evaluationDataset data set name or version, at /evaluation/dataset
 * @param conversations whether a task of the evaluation reads conversations
 */
public record NamedReferences(
        Optional<String> model, Optional<String> dataset, Optional<String> evaluationDataset, boolean conversations) {
    /** What a specification names. */
    public static NamedReferences of(RunSpecification specification) {
        return new NamedReferences(
                Optional.of(specification.model()),
                Optional.of(specification.dataset()),
                specification.evaluation().dataset(),
                specification.evaluation().tasks().stream().anyMatch(NamedReferences::readsConversations));
    }

    /** Whether a task reads conversations, and not documents with fields of its own. */
    public static boolean readsConversations(TaskSpecification task) {
        return task.task() == EvaluationTask.HELD_OUT_LOSS || task.task() == EvaluationTask.EXACT_MATCH;
    }
}
