package io.finemesh.score.gsm8k;

import io.finemesh.score.python.PythonText;
import io.finemesh.score.task.RegexFilter;
import java.util.List;
import java.util.regex.Pattern;

/** The forms of GSM8K that lm-evaluation-harness 0.4.13.dev0 has, with what is different between them. */
public enum Gsm8kVariant {
    /** Five worked examples drawn from the training split. */
    PLAIN(
            "gsm8k",
            3.0,
            5,
            "Question: %s\nAnswer:",
            " ",
            List.of("Question:", "</s>", "<|im_end|>"),
            "#### (\\-?[0-9\\.\\,]+)",
            false),

    /** Eight fixed worked examples in words (Wei et al. 2022), always the same. */
    COT(
            "gsm8k_cot",
            3.0,
            8,
            "Q: %s\nA:",
            " ",
            List.of("Q:", "</s>", "<|im_end|>"),
            "The answer is (\\-?[0-9\\.\\,]+).",
            false),

    /** No worked example, but an invitation to think. */
    COT_ZEROSHOT(
            "gsm8k_cot_zeroshot",
            3.0,
            0,
            "Q: %s\nA: Let's think step by step.",
            " ",
            List.of("Q:", "</s>", "<|im_end|>"),
            "The answer is (\\-?[0-9\\.\\,]+).",
            false),

    /** The form for instruction-tuned models; meant for chat mode with examples as turns. */
    COT_LLAMA(
            "gsm8k_cot_llama",
            4.0,
            8,
            """
            Given the following problem, reason and give a final answer to the problem.
            Problem: %s
            Your response should end with "The final answer is [answer]" where [answer] is the response to the problem.
            """,
            "",
            List.of("<|eot_id|>", "<|start_header_id|>user<|end_header_id|>", "Q:", "</s>", "<|im_end|>"),
            "The final answer is ((-?[$0-9.,]{2,})|(-?[0-9]+))",
            true);

    private static final RegexFilter FLEXIBLE =
            new RegexFilter("flexible-extract", Pattern.compile("(-?[$0-9.,]{2,})|(-?[0-9]+)"), true);

    private final String task;
    private final double version;
    private final int shots;
    private final String question;
    private final String targetDelimiter;
    private final List<String> stops;
    private final RegexFilter strict;

    Gsm8kVariant(
            String task,
            double version,
            int shots,
            String question,
            String targetDelimiter,
            List<String> stops,
            String strict,
            boolean last) {
        this.task = task;
        this.version = version;
        this.shots = shots;
        this.question = question;
        this.targetDelimiter = targetDelimiter;
        this.stops = stops;
        // UNIX_LINES: the reference's "." stops at the line feed only.
        this.strict = new RegexFilter("strict-match", Pattern.compile(strict, Pattern.UNIX_LINES), last);
    }

    /** Name of the task in results. */
    public String task() {
        return task;
    }

    /** Version of the task. */
    public double version() {
        return version;
    }

    /** Worked examples in a prompt. */
    public int shots() {
        return shots;
    }

    /** What a problem looks like in a prompt. */
    public String asked(String problem) {
        int slot = question.indexOf("%s");
        return question.substring(0, slot) + problem + question.substring(slot + 2);
    }

    /** What stands between a question and its answer in plain text. */
    public String targetDelimiter() {
        return targetDelimiter;
    }

    /** Texts that end an answer, in order. */
    public List<String> stops() {
        return stops;
    }

    /** The two ways of reading an answer, in the order of results. */
    public List<RegexFilter> filters() {
        return List.of(strict, FLEXIBLE);
    }

    /** Whether worked examples are drawn from the training split; otherwise they are fixed texts. */
    public boolean drawsExamples() {
        return this == PLAIN;
    }

    /** What is right, as results show it: the whole solution, or in the two fixed-example forms what follows the mark. */
    public String target(String answer) {
        if (this == PLAIN || this == COT_ZEROSHOT) {
            return answer;
        }
        int mark = answer.lastIndexOf("####");
        return PythonText.strip(mark < 0 ? answer : answer.substring(mark + 4));
    }

    String questionTemplate() {
        return question.replace("%s", "{{question}}");
    }

    String targetTemplate() {
        return this == PLAIN || this == COT_ZEROSHOT
                ? "{{answer}}"
                : "{{answer.split('####')[-1].strip() if answer is defined else target}}";
    }
}
