package io.finemesh.gateway.admission;

import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.JudgeSpecification;
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
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads what an evaluation asks, of a run as on demand: its {@code tasks}, and what some of them need beside data, {@code against} and {@code judge}. */
final class TaskReader {
    static final String TASKS_WORDS = "a list of tasks, each with task: held_out_loss, exact_match, gsm8k or another";
    private static final Pattern DEFINITION = Pattern.compile("(?s).{1,65536}");
    private static final Pattern SUBJECT = Pattern.compile("[a-z][a-z0-9_]{0,63}");
    private static final String SUPERGLUE = "boolq, cb, copa, multirc, record, rte, wic or wsc";
    private static final Set<String> OF_SUPERGLUE =
            Set.of("boolq", "cb", "copa", "multirc", "record", "rte", "wic", "wsc");
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
    private static final Set<EvaluationTask> READING_EXAMPLES = EnumSet.of(
            EvaluationTask.GSM8K, EvaluationTask.GSM8K_COT, EvaluationTask.GSM8K_COT_LLAMA, EvaluationTask.MMLU);

    private static final String READERS_OF_EXAMPLES = words(READING_EXAMPLES);

    /** What a task that asks the model nothing may not be told. */
    private static final List<String> OF_QUESTIONS = List.of("limit", "dataset");

    private final Problems problems;
    private final Set<String> seen = new HashSet<>();

    /**
     * What is asked.
     *
     * @param tasks what is measured
     * @param against what an update report compares with
     * @param judge who rates open answers
     */
    record Asked(List<TaskSpecification> tasks, Optional<String> against, Optional<JudgeSpecification> judge) {
        Asked {
            tasks = List.copyOf(tasks);
        }

        /** The tasks that need likelihoods, in words; empty where none does. */
        String weighed() {
            return tasks.stream()
                    .filter(each -> WEIGHED.contains(each.task()) && each.task() != EvaluationTask.UPDATE_REPORT)
                    .map(TaskSpecification::name)
                    .collect(Collectors.joining(", "));
        }

        /** Whether a task of a kind is among them. */
        boolean asks(Predicate<EvaluationTask> kind) {
            return tasks.stream().anyMatch(each -> kind.test(each.task()));
        }

        /** Whether a task is asked on the evaluation's own data. */
        boolean needsData() {
            return tasks.isEmpty()
                    || tasks.stream()
                            .anyMatch(each -> each.task() != EvaluationTask.UPDATE_REPORT
                                    && each.options()
                                            .flatMap(TaskOptions::dataset)
                                            .isEmpty());
        }
    }

    TaskReader(Problems problems) {
        this.problems = problems;
    }

    Asked read(Section section) {
        if (section.given() && section.value("tasks").isEmpty()) {
            section.missing("tasks", TASKS_WORDS);
        }
        List<TaskSpecification> tasks = tasks(section);
        Optional<String> against =
                section.text("against", EvaluationReader.CHECKPOINT, EvaluationReader.CHECKPOINT_WORDS);
        Asked asked = new Asked(tasks, against, JudgeReader.judge(section.section("judge")));
        if (!asked.asks(EvaluationTask::comparesCheckpoints)) {
            section.contradiction(
                    "against",
                    "nothing without update_report or mt_bench_pairwise among the tasks",
                    "against is what update_report and mt_bench_pairwise compare with, and neither is among the tasks; leave it out or add the task");
        }
        if (!asked.asks(EvaluationTask::isJudged)) {
            section.contradiction(
                    "judge",
                    "nothing without mt_bench or mt_bench_pairwise among the tasks",
                    "judge rates the answers of mt_bench and mt_bench_pairwise, and neither is among the tasks; leave it out or add the task");
        } else if (section.value("judge").isEmpty()) {
            section.missing("judge", "who rates the answers of mt_bench: " + JudgeReader.WORDS);
        }
        if (asked.asks(task -> task == EvaluationTask.MT_BENCH_PAIRWISE)) {
            section.section("judge")
                    .contradiction(
                            "judgments",
                            "nothing with mt_bench_pairwise among the tasks",
                            "judgments that were made before rate single answers, and mt_bench_pairwise has pairs rated; name a checkpoint or a server");
        }
        return asked;
    }

    private List<TaskSpecification> tasks(Section section) {
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
            section.missing("task", words(EnumSet.allOf(EvaluationTask.class)));
        }
        int limit = section.integer("limit", 0, 100_000_000).orElse(0);
        OptionalInt maxNewTokens = section.integer("max_new_tokens", 1, 131_072);
        OptionalInt shots = section.integer("shots", 0, MOST_SHOTS);
        Optional<Boolean> chat = section.flag("chat");
        Optional<String> definition =
                section.text("definition", DEFINITION, "the text of a task file, at most 65,536 characters");
        Optional<String> dataset = section.dataset(
                "dataset", SpecificationReader.EVALUATION_DATASET, SpecificationReader.EVALUATION_DATASET_WORDS);
        Optional<String> examples =
                section.dataset("examples", SpecificationReader.DATASET, SpecificationReader.DATASET_WORDS);
        Optional<String> subject = section.text(
                "subject", SUBJECT, "a subject of MMLU such as college_mathematics, or of SuperGLUE: " + SUPERGLUE);
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
                        : maxNewTokens.orElse(task.get().isJudged() ? OPEN_ANSWER : Defaults.MAX_NEW_TOKENS),
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
        if (task == EvaluationTask.HELD_OUT_LOSS || task == EvaluationTask.EXACT_MATCH || task.isJudged()) {
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
        }
        boolean reads = READING_EXAMPLES.contains(task);
        if (!reads) {
            section.contradiction(
                    "examples",
                    "nothing: " + name + " has no worked examples from a data set",
                    "examples belongs to " + READERS_OF_EXAMPLES + "; " + name + " does not read it, so leave it out");
        }
        if (!reads || task == EvaluationTask.MMLU) {
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
        if (task == EvaluationTask.MMLU) {
            if (section.value("subject").isEmpty()) {
                section.missing("subject", "a subject of MMLU such as college_mathematics");
            }
            if (section.value("examples").isEmpty()) {
                section.missing("examples", "the data set with the subject's development split");
            }
        } else if (task == EvaluationTask.SUPERGLUE) {
            if (section.value("subject").isEmpty()) {
                section.missing("subject", SUPERGLUE);
            }
        } else {
            section.contradiction("subject", "nothing", "subject belongs to mmlu and superglue, so leave it out");
        }
        if ((task == EvaluationTask.GSM8K_COT || task == EvaluationTask.GSM8K_COT_LLAMA)
                && section.value("examples").isEmpty()) {
            section.missing("examples", "the data set with the worked examples");
        }
    }

    private static String words(Set<EvaluationTask> tasks) {
        return tasks.stream().map(TaskReader::word).collect(Collectors.joining(", "));
    }

    private static String word(EvaluationTask task) {
        return task.name().toLowerCase(Locale.ROOT);
    }
}
