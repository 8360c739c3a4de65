package io.finemesh.cli.command;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a task is told, and which tasks take it: an option of a command line that names several tasks goes to those only. Names that are no task's are left to the gateway, which knows all. */
enum TaskField {
    /** The data set that worked examples come from. */
    EXAMPLES("--examples", "examples", Set.of("gsm8k", "gsm8k_cot", "gsm8k_cot_llama", "mmlu"), true),
    /** How many worked examples a prompt has. */
    SHOTS("--shots", "shots", Set.of("gsm8k", "gsm8k_cot", "gsm8k_cot_llama"), true),
    /** Subject of MMLU, or task of SuperGLUE. */
    SUBJECT("--subject", "subject", Set.of("mmlu", "superglue"), true),
    /** A task file. */
    DEFINITION("--definition", "definition", Set.of("own"), true),
    /** Whether prompts are rendered by the template. */
    CHAT(
            "--chat",
            "chat",
            Set.of("held_out_loss", "exact_match", "mt_bench", "mt_bench_pairwise", "update_report"),
            false),
    /** How long an answer may be. */
    MAX_NEW_TOKENS(
            "--max-new-tokens",
            "max_new_tokens",
            Set.of("held_out_loss", "aqua", "sat_math", "mmlu", "superglue", "update_report"),
            false),
    /** How many samples are asked. */
    LIMIT("--limit", "limit", Set.of("update_report"), false);

    private final String option;
    private final String key;
    private final Set<String> tasks;
    private final boolean taking;

    /**
     * @param option of the command line
     * @param key in what is asked
     * @param tasks those that take it, or those that do not
     * @param taking whether the tasks are those that take it
     */
    TaskField(String option, String key, Set<String> tasks, boolean taking) {
        this.option = option;
        this.key = key;
        this.tasks = tasks;
        this.taking = taking;
    }

    String key() {
        return key;
    }

    boolean goesTo(String task) {
        return tasks.contains(task) == taking;
    }

    /** What is wrong with giving it beside these tasks: none of them takes it. */
    Optional<String> refusal(List<String> asked) {
        if (asked.stream().anyMatch(this::goesTo)) {
            return Optional.empty();
        }
        List<String> named = tasks.stream().sorted().toList();
        return Optional.of(option + (taking ? " belongs to " : " belongs to none of ") + String.join(", ", named)
                + ", and --task is " + String.join(", ", asked) + "; leave it out");
    }
}
