package io.finemesh.gateway.admission;

import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.run.JudgeSpecification;
import io.finemesh.contract.run.TaskSpecification;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An evaluation on demand as its document asks for it, names not resolved yet.
 *
 * @param checkpoint model name, checkpoint id, or model@alias
 * @param dataset data of the tasks that name none of their own
 * @param tasks what is measured
 * @param settings how the model is asked
 * @param against what an update report compares with, named like a checkpoint
 * @param judge who rates open answers
 */
public record EvaluationDraft(
        String checkpoint,
        Optional<String> dataset,
        List<TaskSpecification> tasks,
        EvaluationSettings settings,
        Optional<String> against,
        Optional<JudgeSpecification> judge) {
    public EvaluationDraft {
        tasks = List.copyOf(tasks);
    }

    /** Whether a task reads the rows of this data set as conversations. */
    public boolean readsConversationsOf(String name) {
        return NamedReferences.readsConversations(tasks, dataset, name);
    }

    /** Every data set that is named, with the places it is named at. */
    public Map<String, String> datasets() {
        Map<String, String> pointers = NamedReferences.datasets("", tasks, judge);
        dataset.ifPresent(name -> pointers.put(name, "/dataset"));
        return pointers;
    }
}
