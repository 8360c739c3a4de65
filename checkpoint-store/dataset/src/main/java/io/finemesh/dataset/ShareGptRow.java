package io.finemesh.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Turn.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * ShareGPT rows as LLaMA-Factory reads them: {@code conversations} of {@code from} and {@code value}, with {@code human} and {@code gpt} in
 * turn; a first {@code system} turn takes the place of the column {@code system}. Turns of tools are not taken yet.
 */
final class ShareGptRow {
    private static final String CONVERSATIONS = "conversations";
    private static final String FROM = "from";
    private static final String VALUE = "value";
    private static final String SYSTEM = "system";

    private ShareGptRow() {}

    static Row read(JsonNode row) {
        if (row.isEmpty()) {
            return new Dropped(DropReason.EMPTY, "no field");
        }
        JsonNode conversations = row.path(CONVERSATIONS);
        if (!conversations.isArray()) {
            return new Dropped(
                    DropReason.WRONG_FIELD,
                    CONVERSATIONS + " is " + (conversations.isMissingNode() ? "missing" : "not a list"));
        }
        JsonNode system = row.path(SYSTEM);
        if (!system.isMissingNode() && !system.isNull() && !system.isTextual()) {
            return new Dropped(DropReason.WRONG_FIELD, SYSTEM + " is not text");
        }
        List<Turn> turns = new ArrayList<>();
        for (int index = 0; index < conversations.size(); index++) {
            JsonNode message = conversations.get(index);
            String where = "turn " + (index + 1);
            JsonNode from = message.path(FROM);
            if (!message.path(VALUE).isTextual()) {
                return new Dropped(DropReason.WRONG_FIELD, where + " has a value that is not text");
            }
            switch (from.isTextual() ? from.textValue() : "") {
                case "human" -> turns.add(new Turn(Role.USER, message.get(VALUE).textValue()));
                case "gpt" ->
                    turns.add(new Turn(Role.ASSISTANT, message.get(VALUE).textValue()));
                case "system" ->
                    turns.add(new Turn(Role.SYSTEM, message.get(VALUE).textValue()));
                case "function_call", "observation" -> {
                    return new Dropped(DropReason.WRONG_FIELD, where + " is of a tool; only text is taken");
                }
                default -> {
                    return new Dropped(
                            DropReason.WRONG_FIELD,
                            where + " is from " + (from.isMissingNode() ? "(missing)" : Shown.text(from.toString()))
                                    + "; allowed: human, gpt, system");
                }
            }
        }
        boolean own = !turns.isEmpty() && turns.getFirst().role() == Role.SYSTEM;
        if (!own && system.isTextual() && !system.textValue().isEmpty()) {
            turns.addFirst(new Turn(Role.SYSTEM, system.textValue()));
        }
        return RowFormat.conversation(turns);
    }
}
