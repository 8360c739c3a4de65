package io.finemesh.score.mtbench;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.score.records.Fields;
import io.finemesh.score.records.Row;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.records.RowReader;
import io.finemesh.score.records.Rows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One question.
 *
 * @param id its number
 * @param category what it is about
 * @param turns what the user says, one after the other; two in the published set
 */
public record Question(long id, String category, List<String> turns) {
    public Question {
        requireNonNull(category, "category is null");
        turns = List.copyOf(turns);
        if (turns.isEmpty()) {
            throw new IllegalArgumentException("question " + id + " has no turn");
        }
    }

    /** The questions of a file, in its order; what cannot be used goes to {@code problems}. */
    public static List<Question> read(byte[] file, Consumer<RowProblem> problems) {
        Rows rows = RowReader.read(file);
        rows.problems().forEach(problems);
        List<Question> questions = new ArrayList<>();
        Map<Long, Integer> lines = new HashMap<>();
        for (Row row : rows.rows()) {
            Fields fields = new Fields(row, problems);
            Optional<Long> id = fields.integer("question_id");
            Optional<String> category = fields.text(false, List.of("category"));
            List<String> turns = turns(row.value(), fields);
            if (id.isEmpty() || category.isEmpty() || turns.isEmpty()) {
                continue;
            }
            Integer first = lines.putIfAbsent(id.get(), row.line());
            if (first == null) {
                questions.add(new Question(id.get(), category.get(), turns));
            } else {
                fields.problem(Kind.DUPLICATE, "question " + id.get() + " of line " + first + " again");
            }
        }
        return questions;
    }

    /** The texts under {@code turns}; none, with a problem, where they are not texts. */
    static List<String> turns(JsonNode holder, Fields fields) {
        JsonNode value = holder.get("turns");
        if (value == null) {
            fields.problem(Kind.MISSING_FIELD, "no field \"turns\"; it holds what is said, one text a turn");
            return List.of();
        }
        List<String> turns = new ArrayList<>();
        for (JsonNode turn : value) {
            if (turn.isTextual()) {
                turns.add(turn.textValue());
            }
        }
        if (!value.isArray() || turns.isEmpty() || turns.size() != value.size()) {
            fields.problem(
                    Kind.WRONG_TYPE,
                    "\"turns\" is " + Fields.described(value) + " where an array of texts, one a turn, should be");
            return List.of();
        }
        return turns;
    }
}
