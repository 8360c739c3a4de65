package io.finemesh.gateway.admission;

import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.gateway.document.Pointers;
import io.finemesh.gateway.document.Value;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the tasks of an evaluation. A run asks its tasks of the run's held-out data; an evaluation on demand may give each task data of its own, and so has tasks more: those whose worked examples come from
 * a data set.
 */
final class TaskReader {
    static final String TASKS_WORDS = "a list of tasks, each with task: held_out_loss, exact_match, gsm8k or another";
    private static final Pattern DEFINITION = Pattern.compile("(?s).{1,65536}");
    private static final Pattern SUBJECT = Pattern.compile("[a-z][a-z0-9_]{0,63}");
    private static final String SUPERGLUE = "boolq, cb, copa or rte";
    private static final Set<String> OF_SUPERGLUE = Set.of("boolq", "cb", "copa", "rte");
    private static final int MOST_SHOTS = 64;

    /** Longest answer to an open question, as MT-bench has it. */
    private static final int OPEN_ANSWER = 1024;

    /** Tasks whose answers are no texts. */
    private static final Set<EvaluationTask> WEIGHED = EnumSet.of(
            EvaluationTask.HELD_OUT_LOSS,
            EvaluationTask.AQUA,
            EvaluationTask.SAT_MATH,
            EvaluationTask.MMLU,
            EvaluationTask.SUPERGLUE,
            EvaluationTask.UPDATE_REPORT);

    /** Tasks whose worked examples come from a data set. */
    private static final Set<EvaluationTask> WITH_EXAMPLES =
            EnumSet.of(EvaluationTask.GSM8K_COT, EvaluationTask.GSM8K_COT_LLAMA, EvaluationTask.MMLU);

    /** What a run's evaluation does not take. */
    private static final Set<EvaluationTask> ON_DEMAND = EnumSet.of(
            EvaluationTask.GSM8K_COT,
            EvaluationTask.GSM8K_COT_LLAMA,
            EvaluationTask.MMLU,
            EvaluationTask.SUPERGLUE,
            EvaluationTask.MT_BENCH,
            EvaluationTask.UPDATE_REPORT);

    /** What a task that asks the model nothing may not be told. */
    private static final List<String> OF_QUESTIONS = List.of("limit", "dataset", "examples");

    private final Problems problems;
    private final boolean ownData;
    private final Set<String> seen = new HashSet<>();

    /** @param ownData whether a task may name data of its own */
    TaskReader(Problems problems, boolean ownData) {
        this.problems = problems;
        this.ownData = ownData;
    }

    List<TaskSpecification> read(Section section) {
        List<TaskSpecification> tasks = new ArrayList<>();
        int position = 0;
        for (Value item : section.items("tasks", TASKS_WORDS)) {
            String pointer = Pointers.item(section.pointer("tasks"), position++);
            task(Section.of(pointer, Optional.of(item), problems)).ifPresent(tasks::add);
        }
        return tasks;
    }

    private Optional<TaskSpecification> task(Section section) {
        Optional<EvaluationTask> task = section.choice("task", EvaluationTask.class);
        if (section.given() && section.value("task").isEmpty()) {
            section.missing("task", words(allowed()));
        }
        int limit = section.integer("limit", 0, 100_000_000).orElse(0);
        OptionalInt maxNewTokens = section.integer("max_new_tokens", 1, 131_072);
        OptionalInt shots = section.integer("shots", 0, MOST_SHOTS);
        Optional<Boolean> chat = section.flag("chat");
        Optional<String> definition =
                section.text("definition", DEFINITION, "the text of a task file, at most 65,536 characters");
        Optional<String> dataset = Optional.empty();
        Optional<String> examples = Optional.empty();
        Optional<String> subject = Optional.empty();
        if (ownData) {
            dataset = section.text(
                    "dataset", SpecificationReader.EVALUATION_DATASET, SpecificationReader.EVALUATION_DATASET_WORDS);
            examples = section.text("examples", SpecificationReader.DATASET, SpecificationReader.DATASET_WORDS);
            subject = section.text(
                    "subject", SUBJECT, "a subject of MMLU such as college_mathematics, or of SuperGLUE: " + SUPERGLUE);
        }
        section.close();
        if (task.isEmpty()) {
            return Optional.empty();
        }
        check(section, task.get());
        subject.filter(word -> task.get() == EvaluationTask.SUPERGLUE && !OF_SUPERGLUE.contains(word))
                .ifPresent(word -> section.contradiction(
                        "subject", SUPERGLUE, "subject is \"" + word + "\", and superglue has " + SUPERGLUE));
        String identity = task.get() + subject.orElse("") + definition.orElse("");
        if (!seen.add(identity)) {
            section.contradiction("task", "each task once", "the task is listed twice; keep one");
        }
        TaskOptions options = new TaskOptions(dataset, examples, shots, chat.orElse(false), subject, definition);
        return Optional.of(new TaskSpecification(
                task.get(),
                limit,
                WEIGHED.contains(task.get())
                        ? 0
                        : maxNewTokens.orElse(
                                task.get() == EvaluationTask.MT_BENCH ? OPEN_ANSWER : Defaults.MAX_NEW_TOKENS),
                options.equals(TaskOptions.NONE) ? Optional.empty() : Optional.of(options)));
    }

    private void check(Section section, EvaluationTask task) {
        String name = word(task);
        if (WEIGHED.contains(task)) {
            section.contradiction(
                    "max_new_tokens",
                    "nothing: " + name + " generates no text",
                    "max_new_tokens belongs to tasks that generate; " + name + " generates no text, so leave it out");
        }
        if (task == EvaluationTask.HELD_OUT_LOSS
                || task == EvaluationTask.EXACT_MATCH
                || task == EvaluationTask.MT_BENCH) {
            section.contradiction(
                    "chat",
                    "nothing: " + name + " always uses the template",
                    "chat chooses how a published task is put; " + name + " always uses the template, so leave it out");
        }
        if (task == EvaluationTask.UPDATE_REPORT) {
            OF_QUESTIONS.forEach(
                    field -> section.contradiction(
                            field,
                            "nothing: update_report asks the model nothing",
                            field
                                    + " belongs to tasks that ask the model; update_report measures every tensor, so leave it out"));
            section.contradiction(
                    "chat",
                    "nothing: update_report asks the model nothing",
                    "chat chooses how a task is put; update_report asks the model nothing, so leave it out");
            if (!ownData) {
                section.contradiction(
                        "task",
                        words(allowed()),
                        "update_report is asked for on demand: finemesh report CHECKPOINT; a run's evaluation takes "
                                + words(allowed()));
            }
        }
        boolean draws =
                task == EvaluationTask.GSM8K || ownData && WITH_EXAMPLES.contains(task) && task != EvaluationTask.MMLU;
        if (!draws) {
            section.contradiction(
                    "shots",
                    "nothing: the number of worked examples of " + name + " is fixed",
                    "shots belongs to gsm8k; the number of worked examples of " + name + " is fixed, so leave it out");
        }
        if (task == EvaluationTask.OWN) {
            if (section.value("definition").isEmpty()) {
                section.missing("definition", "the text of a task file");
            }
        } else {
            section.contradiction(
                    "definition",
                    "nothing: " + name + " is defined already",
                    "definition belongs to task: own; " + name + " is defined already, so leave it out");
        }
        if (!ownData && WITH_EXAMPLES.contains(task)) {
            section.contradiction(
                    "task",
                    words(allowed()),
                    name
                            + " needs a data set of worked examples, which a run's evaluation does not name; a run's evaluation takes "
                            + words(allowed()) + "; evaluate " + name + " on demand");
        }
        if (task == EvaluationTask.MMLU && ownData) {
            if (section.value("subject").isEmpty()) {
                section.missing("subject", "a subject of MMLU such as college_mathematics");
            }
            if (section.value("examples").isEmpty()) {
                section.missing("examples", "the data set with the subject's development split");
            }
        } else if (task == EvaluationTask.SUPERGLUE && ownData) {
            if (section.value("subject").isEmpty()) {
                section.missing("subject", SUPERGLUE);
            }
        } else if (ownData) {
            section.contradiction("subject", "nothing", "subject belongs to mmlu and superglue, so leave it out");
        }
        if (!ownData && task == EvaluationTask.MT_BENCH) {
            section.contradiction(
                    "task",
                    words(allowed()),
                    "mt_bench needs a judge, which a run's evaluation does not name; evaluate it on demand");
        }
        if (!ownData && task == EvaluationTask.SUPERGLUE) {
            section.contradiction(
                    "task",
                    words(allowed()),
                    "superglue needs a subject, which a run's evaluation does not name; evaluate it on demand");
        }
        if (WITH_EXAMPLES.contains(task)
                && task != EvaluationTask.MMLU
                && ownData
                && section.value("examples").isEmpty()) {
            section.missing("examples", "the data set with the worked examples");
        }
    }

    private Set<EvaluationTask> allowed() {
        return ownData ? EnumSet.allOf(EvaluationTask.class) : EnumSet.complementOf(EnumSet.copyOf(ON_DEMAND));
    }

    private static String words(Set<EvaluationTask> tasks) {
        return tasks.stream().map(TaskReader::word).collect(Collectors.joining(", "));
    }

    private static String word(EvaluationTask task) {
        return task.name().toLowerCase(Locale.ROOT);
    }
}
