package io.finemesh.score.mtbench;

import static java.util.Objects.requireNonNull;

import io.finemesh.score.python.PythonFormat;
import io.finemesh.score.records.Fields;
import io.finemesh.score.records.Row;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.records.RowReader;
import io.finemesh.score.records.Rows;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a judge is told, from the benchmark's prompt file.
 *
 * @param name its name
 * @param system the judge's instruction
 * @param template the question, with fields for turns and answers; filled in one pass, so braces in answers stay
 * @param outputFormat the form of the reply: {@code [[rating]]}, {@code [[A]]} or {@code [[rating_a,rating_b]]}
 */
public record JudgePrompt(String name, String system, PythonFormat template, String outputFormat) {
    /** Rate one answer. */
    public static final String RATING = "[[rating]]";

    /** Choose between two answers by letter. */
    public static final String LETTER = "[[A]]";

    /** Choose between two answers by two ratings. */
    public static final String TWO_RATINGS = "[[rating_a,rating_b]]";

    public JudgePrompt {
        requireNonNull(name, "name is null");
        requireNonNull(system, "system is null");
        requireNonNull(template, "template is null");
        requireNonNull(outputFormat, "outputFormat is null");
    }

    /** The prompts of a file by name; of several with one name the last, as FastChat keeps it. */
    public static Map<String, JudgePrompt> read(byte[] file, Consumer<RowProblem> problems) {
        Rows rows = RowReader.read(file);
        rows.problems().forEach(problems);
        Map<String, JudgePrompt> prompts = new LinkedHashMap<>();
        for (Row row : rows.rows()) {
            Fields fields = new Fields(row, problems);
            Optional<String> name = fields.text(false, List.of("name"));
            Optional<String> system = fields.text(false, List.of("system_prompt"));
            Optional<String> template = fields.text(false, List.of("prompt_template"));
            Optional<String> format = fields.text(false, List.of("output_format"));
            if (name.isEmpty() || system.isEmpty() || template.isEmpty() || format.isEmpty()) {
                continue;
            }
            if (!List.of(RATING, LETTER, TWO_RATINGS).contains(format.get())) {
                fields.problem(
                        Kind.BAD_VALUE,
                        "\"output_format\" is " + format.get() + "; it may be " + RATING + ", " + LETTER + " or "
                                + TWO_RATINGS);
                continue;
            }
            try {
                prompts.put(
                        name.get(),
                        new JudgePrompt(name.get(), system.get(), PythonFormat.parse(template.get()), format.get()));
            } catch (IllegalArgumentException loose) {
                fields.problem(Kind.BAD_VALUE, "\"prompt_template\": " + loose.getMessage());
            }
        }
        return prompts;
    }
}
