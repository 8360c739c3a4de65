package io.finemesh.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Turn.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Alpaca rows as LLaMA-Factory reads them: what the user says is instruction and input joined by a line feed, those of them that are not
 * empty (they are kept apart for the template of Stanford Alpaca, which has a place for each); history answers are learned too. Fields other than these are ignored.
 */
final class AlpacaRow {
    private static final String INSTRUCTION = "instruction";
    private static final String INPUT = "input";
    private static final String OUTPUT = "output";
    private static final String SYSTEM = "system";
    private static final String HISTORY = "history";

    private AlpacaRow() {}

    static Row read(JsonNode row) {
        for (String field : List.of(INSTRUCTION, INPUT, OUTPUT, SYSTEM)) {
            JsonNode value = row.path(field);
            if (!isAbsent(value) && !value.isTextual()) {
                return new Dropped(DropReason.WRONG_FIELD, field + " is not text");
            }
        }
        if (row.isEmpty()) {
            return new Dropped(DropReason.EMPTY, "no field");
        }
        if (Stream.of(INSTRUCTION, INPUT, OUTPUT).noneMatch(row::has)) {
            return new Dropped(DropReason.WRONG_FIELD, "none of instruction, input and output");
        }
        List<Turn> turns = new ArrayList<>();
        if (!text(row, SYSTEM).isEmpty()) {
            turns.add(new Turn(Role.SYSTEM, text(row, SYSTEM)));
        }
        JsonNode history = row.path(HISTORY);
        if (!isAbsent(history)) {
            if (!history.isArray()) {
                return new Dropped(DropReason.WRONG_FIELD, "history is not a list of pairs");
            }
            for (JsonNode pair : history) {
                if (!pair.isArray()
                        || pair.size() != 2
                        || !pair.get(0).isTextual()
                        || !pair.get(1).isTextual()) {
                    return new Dropped(DropReason.WRONG_FIELD, "history has an entry that is not a pair of texts");
                }
                turns.add(new Turn(Role.USER, pair.get(0).textValue()));
                turns.add(new Turn(Role.ASSISTANT, pair.get(1).textValue()));
            }
        }
        Turn question = new Turn(Role.USER, text(row, INSTRUCTION), text(row, INPUT), List.of());
        String answer = text(row, OUTPUT);
        if (question.words().isBlank() && answer.isBlank()) {
            return new Dropped(DropReason.EMPTY, "instruction, input and output have no text");
        }
        if (answer.isBlank()) {
            return new Dropped(DropReason.NO_ASSISTANT_TEXT, "output has no text");
        }
        turns.add(question);
        turns.add(new Turn(Role.ASSISTANT, answer));
        return RowFormat.conversation(turns, Optional.empty());
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static String text(JsonNode row, String field) {
        return row.path(field).isTextual() ? row.path(field).textValue() : "";
    }
}
