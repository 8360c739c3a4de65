package io.finemesh.contract.evaluation;

import io.finemesh.contract.run.EvaluationTask;
import java.util.List;

/** The figures of each task, by the names that gates and triggers name them by. */
public final class TaskMetrics {
    private static final String CATEGORY = "category,";

    private TaskMetrics() {}

    /**
     * Names of a task's figures, the usual ones first.
     *
     * @param name that the task is filed under, such as {@code superglue_cb}
     */
    public static List<String> of(EvaluationTask task, String name) {
        return switch (task) {
            case HELD_OUT_LOSS -> List.of("loss", "perplexity");
            case EXACT_MATCH, HENDRYCKS_MATH -> List.of("exact_match");
            case GSM8K, GSM8K_COT, GSM8K_COT_ZEROSHOT, GSM8K_COT_LLAMA ->
                List.of("exact_match,strict-match", "exact_match,flexible-extract");
            case AQUA, SAT_MATH, MMLU -> List.of("acc", "acc_norm");
            case SUPERGLUE -> superGlue(name);
            case SVAMP -> List.of("number");
            case NUMGLUE -> List.of("number_or_text");
            // What of these it is stands in the task file.
            case OWN -> List.of("acc", "acc_norm", "exact_match", "number", "number_or_text");
            case MT_BENCH -> List.of("average", "first_turn", "second_turn", "without_rating", CATEGORY + "NAME");
            case MT_BENCH_PAIRWISE ->
                List.of("win_rate", "loss_rate", "win_rate_adjusted", "win", "loss", "tie", "without_verdict");
            case UPDATE_REPORT ->
                List.of(
                        "changed_tensors",
                        "unchanged_tensors",
                        "not_comparable_tensors",
                        "update_norm",
                        "relative_norm",
                        "effective_rank",
                        "rank_of_ninety");
        };
    }

    /** Whether a task has a figure of this name. */
    public static boolean has(EvaluationTask task, String name, String metric) {
        boolean category =
                task == EvaluationTask.MT_BENCH && metric.startsWith(CATEGORY) && metric.length() > CATEGORY.length();
        return category || of(task, name).contains(metric);
    }

    private static List<String> superGlue(String name) {
        if (name.endsWith("_record")) {
            return List.of("f1", "em");
        }
        return name.endsWith("_cb") ? List.of("acc", "f1") : List.of("acc");
    }
}
