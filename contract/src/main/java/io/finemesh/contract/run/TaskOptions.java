package io.finemesh.contract.run;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a task may be told beside its limits.
 *
 * @param dataset data set that is asked; the evaluation's own where there is none
 * @param examples data set that worked examples come from
 * @param shots worked examples in a prompt; the task's own number where there is none
 * @param chat whether prompts are rendered by the template as a chat; otherwise they are plain text, as the reference harness asks
 * @param subject subject of MMLU, or task of SuperGLUE
 * @param definition task file of a user's own task, YAML
 */
public record TaskOptions(
        Optional<String> dataset,
        Optional<String> examples,
        OptionalInt shots,
        boolean chat,
        Optional<String> subject,
        Optional<String> definition) {
    /** Nothing but what the task is by itself. */
    public static final TaskOptions NONE = new TaskOptions(
            Optional.empty(), Optional.empty(), OptionalInt.empty(), false, Optional.empty(), Optional.empty());

    public TaskOptions {
        dataset = dataset == null ? Optional.empty() : dataset;
        examples = examples == null ? Optional.empty() : examples;
        shots = shots == null ? OptionalInt.empty() : shots;
        subject = subject == null ? Optional.empty() : subject;
        definition = definition == null ? Optional.empty() : definition;
    }
}
