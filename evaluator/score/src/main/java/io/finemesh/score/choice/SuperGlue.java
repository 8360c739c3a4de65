package io.finemesh.score.choice;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.score.python.PythonText;
import io.finemesh.score.records.Fields;
import io.finemesh.score.records.Row;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.records.RowReader;
import io.finemesh.score.records.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Classification tasks of SuperGLUE (Wang et al. 2019), asked without worked examples by the likelihood of an answer in words, as lm-evaluation-harness puts them; {@link RecordTask} is the one that is no classification. Rows are
 * those of the Hugging Face form. Labels are read as the data set's own files spell them too (texts and truth values).
 */
public enum SuperGlue {
    /** A yes-or-no question about a passage. */
    BOOLQ(2.0, List.of("no", "yes"), List.of("false", "true")) {
        @Override
        Optional<Asked> ask(Fields fields) {
            Optional<String> passage = fields.text(false, List.of("passage"));
            Optional<String> question = fields.text(false, List.of("question"));
            return both(passage, question, (text, asked) -> text + "\nQuestion: " + asked + "?\nAnswer:")
                    .map(this::asked);
        }
    },
    /** Whether a text implies a sentence, contradicts it, or neither. */
    CB(1.0, List.of("True", "False", "Neither"), List.of("entailment", "contradiction", "neutral")) {
        @Override
        Optional<Asked> ask(Fields fields) {
            Optional<String> premise = fields.text(false, List.of("premise"));
            Optional<String> hypothesis = fields.text(false, List.of("hypothesis"));
            return both(
                            premise,
                            hypothesis,
                            (text, said) -> text + "\nQuestion: " + said + ". True, False, or Neither?\nAnswer:")
                    .map(this::asked);
        }
    },
    /** The likelier cause or effect of a sentence. The reference's choices begin with a space of their own. */
    COPA(1.0, List.of(), List.of()) {
        @Override
        Optional<Asked> ask(Fields fields) {
            Optional<String> premise = fields.text(false, List.of("premise"));
            Optional<String> kind = fields.text(false, List.of("question"));
            Optional<String> one = fields.text(false, List.of("choice1"));
            Optional<String> other = fields.text(false, List.of("choice2"));
            if (premise.isEmpty() || kind.isEmpty() || one.isEmpty() || other.isEmpty()) {
                return Optional.empty();
            }
            String connection =
                    switch (kind.get()) {
                        case "cause" -> "because";
                        case "effect" -> "therefore";
                        default -> "";
                    };
            String stripped = PythonText.strip(premise.get());
            if (connection.isEmpty()
                    || stripped.isEmpty()
                    || one.get().isEmpty()
                    || other.get().isEmpty()) {
                fields.problem(
                        Kind.BAD_VALUE,
                        "\"question\" should be cause or effect, and premise and choices should have words; it is "
                                + RowReader.excerpt(kind.get()));
                return Optional.empty();
            }
            // The full stop gives way to the connection.
            return Optional.of(new Asked(
                    stripped.substring(0, stripped.length() - 1) + " " + connection,
                    List.of(" " + begun(one.get()), " " + begun(other.get()))));
        }
    },
    /** Whether a text implies a sentence. */
    RTE(0.0, List.of("True", "False"), List.of("entailment", "not_entailment")) {
        @Override
        Optional<Asked> ask(Fields fields) {
            Optional<String> premise = fields.text(false, List.of("premise"));
            Optional<String> hypothesis = fields.text(false, List.of("hypothesis"));
            return both(premise, hypothesis, (text, said) -> text + "\nQuestion: " + said + " True or False?\nAnswer:")
                    .map(this::asked);
        }
    },
    /** Whether a word means the same in two sentences. */
    WIC(1.0, List.of("no", "yes"), List.of("false", "true")) {
        @Override
        Optional<Asked> ask(Fields fields) {
            Optional<String> one = fields.text(false, List.of("sentence1"));
            Optional<String> other = fields.text(false, List.of("sentence2"));
            Optional<Long> start = fields.integer("start1").filter(from -> from >= 0);
            Optional<Long> end = fields.integer("end1").filter(to -> to >= 0);
            if (one.isEmpty() || other.isEmpty() || start.isEmpty() || end.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(asked("Sentence 1: " + one.get() + "\nSentence 2: " + other.get()
                    + "\nQuestion: Is the word '" + PythonText.slice(one.get(), start.get(), end.get())
                    + "' used in the same way in the two sentences above?\nAnswer:"));
        }
    },
    /** Whom a pronoun means. The place of the pronoun is counted in words. */
    WSC(1.0, List.of("no", "yes"), List.of("false", "true")) {
        @Override
        Optional<Asked> ask(Fields fields) {
            Optional<String> text = fields.text(false, List.of("text"));
            Optional<String> noun = fields.text(false, List.of("span1_text"));
            Optional<String> pronoun = fields.text(false, List.of("span2_text"));
            Optional<Long> place = fields.integer("span2_index").filter(word -> word >= 0);
            if (text.isEmpty() || noun.isEmpty() || pronoun.isEmpty() || place.isEmpty()) {
                return Optional.empty();
            }
            List<String> words = PythonText.words(text.get());
            String before = String.join(" ", words.subList(0, (int) Math.min(place.get(), words.size())));
            String after = PythonText.slice(
                    text.get(), PythonText.length(before) + PythonText.length(pronoun.get()) + 1L, Long.MAX_VALUE);
            String passage = joined(before + " *" + pronoun.get() + "*" + after);
            return Optional.of(asked("Passage: " + passage
                    + "\nQuestion: In the passage above, does the pronoun \"*" + pronoun.get() + "*\" refer to \"*"
                    + noun.get() + "*\"?\nAnswer:"));
        }
    },
    /** Whether an answer to a question about a paragraph is right. The reference counts label 0, a wrong answer, for its first choice, which says yes; so does this, for figures to compare. */
    MULTIRC(2.0, List.of(), List.of("false", "true")) {
        @Override
        Optional<Asked> ask(Fields fields) {
            Optional<String> paragraph = fields.text(false, List.of("paragraph"));
            Optional<String> question = fields.text(false, List.of("question"));
            Optional<String> answer = fields.text(false, List.of("answer"));
            if (paragraph.isEmpty() || question.isEmpty() || answer.isEmpty()) {
                return Optional.empty();
            }
            String judged = answer.get() + "\nIs the answer correct? ";
            return Optional.of(new Asked(
                    paragraph.get() + "\nQuestion: " + question.get() + "\nAnswer:",
                    List.of(judged + "yes", judged + "no")));
        }
    };

    private final double version;
    private final List<String> choices;
    private final List<String> labels;

    SuperGlue(double version, List<String> choices, List<String> labels) {
        this.version = version;
        this.choices = choices;
        this.labels = labels;
    }

    /** A question and what may be answered. */
    record Asked(String question, List<String> choices) {}

    private interface Joined {
        String of(String one, String other);
    }

    /** The task of this name, as in {@link #wireName}. */
    public static Optional<SuperGlue> named(String name) {
        return Arrays.stream(values())
                .filter(task -> task.wireName().equals(name))
                .findFirst();
    }

    /** Every name. */
    public static String allowed() {
        return Arrays.stream(values()).map(SuperGlue::wireName).collect(Collectors.joining(", "));
    }

    /** The name callers use. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The task over the rows of a file.
     *
     * @param problems hears of rows that cannot be used; they are left out
     */
    public ChoiceTask read(byte[] file, Consumer<RowProblem> problems) {
        Rows rows = RowReader.read(file);
        rows.problems().forEach(problems);
        List<ChoiceDocument> documents = new ArrayList<>();
        for (Row row : rows.rows()) {
            Fields fields = new Fields(row, problems);
            Optional<Asked> asked = ask(fields);
            Optional<Integer> right = label(row, fields);
            if (asked.isPresent() && right.isPresent()) {
                documents.add(new ChoiceDocument(
                        row.value(), asked.get().question(), asked.get().choices(), Set.of(right.get())));
            }
        }
        return ChoiceTask.classification(
                "superglue_" + wireName(), version, documents, this == CB ? choices.size() : 0);
    }

    abstract Optional<Asked> ask(Fields fields);

    Asked asked(String question) {
        return new Asked(question, choices);
    }

    private Optional<Integer> label(Row row, Fields fields) {
        JsonNode label = row.value().path("label");
        int count = labels.isEmpty() ? 2 : labels.size();
        int right = label.isTextual() || label.isBoolean() ? labels.indexOf(label.asText()) : label.asInt(-1);
        if (right >= 0 && right < count && (!label.isNumber() || label.isIntegralNumber())) {
            return Optional.of(right);
        }
        String allowed =
                (labels.isEmpty() ? "" : String.join(", ", labels) + " or ") + "a number from 0 to " + (count - 1);
        fields.problem(
                label.isMissingNode() ? Kind.MISSING_FIELD : Kind.BAD_VALUE,
                "\"label\" should be " + allowed + "; "
                        + (label.isMissingNode()
                                ? "the row has " + fields.keys()
                                : "it is " + Fields.described(label)));
        return Optional.empty();
    }

    private static Optional<String> both(Optional<String> one, Optional<String> other, Joined joined) {
        return one.flatMap(first -> other.map(second -> joined.of(first, second)));
    }

    /** Punctuation moves to the words that it was split from. */
    private static String joined(String text) {
        return text.replace(" n't", "n't")
                .replace(" )", ")")
                .replace("( ", "(")
                .replace("\" ", "\"")
                .replace(" \"", "\"")
                .replaceAll(" (['.,])", "$1");
    }

    /** In the middle of a sentence now. */
    private static String begun(String choice) {
        int end = choice.offsetByCodePoints(0, 1);
        return choice.substring(0, end).toLowerCase(Locale.ROOT) + choice.substring(end);
    }
}
