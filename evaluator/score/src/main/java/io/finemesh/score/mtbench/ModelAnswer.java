package io.finemesh.score.mtbench;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.python.PythonJson;
import io.finemesh.score.records.Fields;
import io.finemesh.score.records.Row;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.records.RowReader;
import io.finemesh.score.records.Rows;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a model answered to one question.
 *
 * @param question the question's number
 * @param answerId name of this answer
 * @param model who answered
 * @param choices answers, one for each seed, each with a text for each turn; judges see the first
 * @param timestamp when, in seconds of the Unix epoch
 */
public record ModelAnswer(long question, String answerId, String model, List<List<String>> choices, double timestamp) {
    public ModelAnswer {
        requireNonNull(answerId, "answerId is null");
        requireNonNull(model, "model is null");
        choices = choices.stream().map(List::copyOf).toList();
        if (choices.isEmpty()) {
            throw new IllegalArgumentException("the answer to question " + question + " has no choice");
        }
    }

    /** What the model said in a turn, counted from 0, of the first choice; empty where it has no such turn. */
    public Optional<String> turn(int turn) {
        List<String> turns = choices.getFirst();
        return turn < turns.size() ? Optional.of(turns.get(turn)) : Optional.empty();
    }

    /** The line of an answer file. */
    public String line() {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("question_id", question).put("answer_id", answerId).put("model_id", model);
        for (int index = 0; index < choices.size(); index++) {
            ObjectNode choice = line.withArray("choices").addObject().put("index", index);
            choices.get(index).forEach(choice.putArray("turns")::add);
        }
        line.put("tstamp", timestamp);
        return PythonJson.line(line, true);
    }

    /** An answer file: sorted by question, of several answers to one question the last. */
    public static String file(Collection<ModelAnswer> answers) {
        Map<Long, ModelAnswer> byQuestion = new TreeMap<>();
        answers.forEach(answer -> byQuestion.put(answer.question(), answer));
        StringBuilder file = new StringBuilder();
        byQuestion.values().forEach(answer -> file.append(answer.line()).append('\n'));
        return file.toString();
    }

    /** The answers of a file by question; of several to one question the last is kept, as FastChat keeps it, and the earlier ones are problems. */
    public static Map<Long, ModelAnswer> read(byte[] file, Consumer<RowProblem> problems) {
        Rows rows = RowReader.read(file);
        rows.problems().forEach(problems);
        Map<Long, ModelAnswer> answers = new TreeMap<>();
        for (Row row : rows.rows()) {
            Fields fields = new Fields(row, problems);
            Optional<Long> question = fields.integer("question_id");
            Optional<String> model = fields.text(false, List.of("model_id", "model"));
            List<List<String>> choices = choices(row, fields);
            if (question.isEmpty() || model.isEmpty() || choices.isEmpty()) {
                continue;
            }
            ModelAnswer answer = new ModelAnswer(
                    question.get(),
                    row.value().path("answer_id").asText(""),
                    model.get(),
                    choices,
                    row.value().path("tstamp").asDouble(0));
            if (answers.put(question.get(), answer) != null) {
                fields.problem(
                        Kind.DUPLICATE, "question " + question.get() + " is answered again; this answer is taken");
            }
        }
        return answers;
    }

    private static List<List<String>> choices(Row row, Fields fields) {
        JsonNode choices = row.value().get("choices");
        if (choices == null || !choices.isArray() || choices.isEmpty()) {
            fields.problem(
                    choices == null ? Kind.MISSING_FIELD : Kind.WRONG_TYPE,
                    "\"choices\" should be an array of objects with \"turns\"; the row has " + fields.keys());
            return List.of();
        }
        List<List<String>> read = new ArrayList<>();
        for (JsonNode choice : choices) {
            read.add(Question.turns(choice, fields));
        }
        return read.stream().anyMatch(List::isEmpty) ? List.of() : read;
    }
}
