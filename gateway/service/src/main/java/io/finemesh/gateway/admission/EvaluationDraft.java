package io.finemesh.gateway.admission;

import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
        Optional<JudgeDraft> judge) {
    public EvaluationDraft {
        tasks = List.copyOf(tasks);
    }

    /** Whether a task reads the rows of this data set as conversations. */
    public boolean readsConversationsOf(String name) {
        return tasks.stream().filter(NamedReferences::readsConversations).anyMatch(task -> task.options()
                .flatMap(TaskOptions::dataset)
                .or(() -> dataset)
                .equals(Optional.of(name)));
    }

    /** Every data set that is named, with the places it is named at. */
    public Map<String, String> datasets() {
        Map<String, String> pointers = new TreeMap<>();
        dataset.ifPresent(name -> pointers.put(name, "/dataset"));
        for (int index = 0; index < tasks.size(); index++) {
            TaskOptions options = tasks.get(index).options().orElse(TaskOptions.NONE);
            String pointer = "/tasks/" + index;
            options.dataset().ifPresent(name -> pointers.putIfAbsent(name, pointer + "/dataset"));
            options.examples().ifPresent(name -> pointers.putIfAbsent(name, pointer + "/examples"));
        }
        judge.ifPresent(who -> {
            pointers.putIfAbsent(who.prompts(), "/judge/prompts");
            who.references().ifPresent(name -> pointers.putIfAbsent(name, "/judge/references"));
        });
        return pointers;
    }
}
