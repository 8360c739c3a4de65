package io.finemesh.gateway.admission;

import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.JudgeSpecification;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a specification names that others hold; empty where the name itself is missing or wrong.
 *
 * @param model model name or checkpoint id, at /model
 * @param dataset data set name or version, at /dataset
 * @param evaluation what is measured, with data set, tasks, base and judge as the user named them
 */
public record NamedReferences(
        Optional<String> model, Optional<String> dataset, Optional<EvaluationSpecification> evaluation) {
    /** What a specification names. */
    public static NamedReferences of(RunSpecification specification) {
        return new NamedReferences(
                Optional.of(specification.model()),
                Optional.of(specification.dataset()),
                Optional.of(specification.evaluation()));
    }

    /** Whether a task reads conversations, and not documents with fields of its own. */
    public static boolean readsConversations(TaskSpecification task) {
        return task.task() == EvaluationTask.HELD_OUT_LOSS || task.task() == EvaluationTask.EXACT_MATCH;
    }

    /** Whether a task of an evaluation reads the rows of this data set as conversations. */
    public static boolean readsConversations(Iterable<TaskSpecification> tasks, Optional<String> dataset, String name) {
        for (TaskSpecification task : tasks) {
            Optional<String> asked =
                    task.options().flatMap(TaskOptions::dataset).or(() -> dataset);
            if (readsConversations(task) && asked.equals(Optional.of(name))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Data sets that tasks and judge name, with the places they are named at.
     *
     * @param parent place of the evaluation; empty at the top of a document
     */
    public static Map<String, String> datasets(
            String parent, Iterable<TaskSpecification> tasks, Optional<JudgeSpecification> judge) {
        Map<String, String> pointers = new TreeMap<>();
        int index = 0;
        for (TaskSpecification task : tasks) {
            TaskOptions options = task.options().orElse(TaskOptions.NONE);
            String pointer = parent + "/tasks/" + index++;
            options.dataset().ifPresent(name -> pointers.putIfAbsent(name, pointer + "/dataset"));
            options.examples().ifPresent(name -> pointers.putIfAbsent(name, pointer + "/examples"));
        }
        judge.ifPresent(who -> {
            pointers.putIfAbsent(who.prompts(), parent + "/judge/prompts");
            who.references().ifPresent(name -> pointers.putIfAbsent(name, parent + "/judge/references"));
            who.judgments().ifPresent(name -> pointers.putIfAbsent(name, parent + "/judge/judgments"));
        });
        return pointers;
    }
}
