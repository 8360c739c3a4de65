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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads questions with choices in the forms in which AQuA, AGIEval and MMLU are published. */
public final class ChoiceReader {
    private static final Pattern LABELLED = Pattern.compile("\\(?([A-Z])\\)(.*)", Pattern.DOTALL);

    private final Consumer<RowProblem> problems;

    /** @param problems hears of rows that cannot be used; they are left out */
    public ChoiceReader(Consumer<RowProblem> problems) {
        this.problems = problems;
    }

    /**
     * AGIEval's questions ({@code question}, {@code options}, {@code label}) and AQuA's own ({@code correct} in place of {@code label}), asked as AGIEval asks them. The choices are the
     * options as they stand, label included.
     */
    public List<ChoiceDocument> agieval(byte[] file) {
        List<ChoiceDocument> documents = new ArrayList<>();
        for (Row row : rows(file)) {
            Fields fields = new Fields(row, problems);
            Optional<String> question = fields.text(false, List.of("question"));
            Optional<List<String>> options = texts(row, fields, "options");
            Optional<String> label = fields.text(false, List.of("label", "correct"));
            if (question.isEmpty() || options.isEmpty() || label.isEmpty()) {
                continue;
            }
            List<String> choices =
                    options.get().stream().map(ChoiceReader::labelled).toList();
            String passage = row.value().path("passage").asText("");
            String last = String.valueOf((char) ('A' + choices.size() - 1));
            String text = (passage.isEmpty() || passage.equals("null") ? "" : passage + " ")
                    + "Q: " + question.get() + " Answer Choices: " + String.join(" ", choices)
                    + "\nA: Among A through " + last + ", the answer is";
            add(documents, fields, row, text, choices, letter(label.get()));
        }
        return documents;
    }

    /** MMLU's questions: {@code question}, four {@code choices}, {@code answer} as an index. A model chooses among the letters. */
    public List<ChoiceDocument> mmlu(byte[] file) {
        List<ChoiceDocument> documents = new ArrayList<>();
        for (Row row : rows(file)) {
            Fields fields = new Fields(row, problems);
            Optional<String> question = fields.text(false, List.of("question"));
            Optional<List<String>> choices = texts(row, fields, "choices");
            Optional<Long> answer = fields.integer("answer");
            if (question.isEmpty() || choices.isEmpty() || answer.isEmpty()) {
                continue;
            }
            StringBuilder text = new StringBuilder(PythonText.strip(question.get()));
            List<String> letters = new ArrayList<>();
            for (String choice : choices.get()) {
                letters.add(String.valueOf((char) ('A' + letters.size())));
                text.append('\n').append(letters.getLast()).append(". ").append(choice);
            }
            add(
                    documents,
                    fields,
                    row,
                    text.append("\nAnswer:").toString(),
                    letters,
                    answer.get().intValue());
        }
        return documents;
    }

    private List<Row> rows(byte[] file) {
        Rows rows = RowReader.read(file);
        rows.problems().forEach(problems);
        return rows.rows();
    }

    private static void add(
            List<ChoiceDocument> documents, Fields fields, Row row, String text, List<String> choices, int right) {
        try {
            documents.add(new ChoiceDocument(row.value(), text, choices, Set.of(right)));
        } catch (IllegalArgumentException unusable) {
            fields.problem(Kind.BAD_VALUE, unusable.getMessage());
        }
    }

    /** {@code A)5} and {@code (A)5} are both published; the second is how they are asked. */
    private static String labelled(String option) {
        Matcher matcher = LABELLED.matcher(option);
        return matcher.matches() ? "(" + matcher.group(1) + ")" + matcher.group(2) : option;
    }

    private static int letter(String label) {
        return label.length() == 1 ? label.charAt(0) - 'A' : -1;
    }

    private static Optional<List<String>> texts(Row row, Fields fields, String name) {
        JsonNode value = row.value().get(name);
        List<String> texts = new ArrayList<>();
        if (value != null) {
            value.forEach(element -> texts.add(element.asText("")));
        }
        if (value == null
                || !value.isArray()
                || texts.size() < 2
                || texts.stream().anyMatch(text -> text.length() < 1)) {
            fields.problem(
                    value == null ? Kind.MISSING_FIELD : Kind.WRONG_TYPE,
                    "\"" + name + "\" should be an array of two or more texts; the row has " + fields.keys());
            return Optional.empty();
        }
        return Optional.of(texts);
    }
}
