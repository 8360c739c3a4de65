package io.finemesh.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Turn.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ShareGPT rows as LLaMA-Factory reads them: {@code conversations} of {@code from} and {@code value}, with {@code human} and {@code gpt} in
 * turn; a first {@code system} turn takes the place of the column {@code system}. {@code function_call} is an assistant's turn whose value
 * is a call or a list of them in JSON, {@code observation} what came of it, and the column {@code tools} a JSON list of the tools there are.
 */
final class ShareGptRow {
    private static final String CONVERSATIONS = "conversations";
    private static final String FROM = "from";
    private static final String VALUE = "value";
    private static final String SYSTEM = "system";
    private static final String TOOLS = "tools";

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
        try {
            for (int index = 0; index < conversations.size(); index++) {
                turns.add(turn(conversations.get(index), "turn " + (index + 1)));
            }
            return row(turns, system, ToolText.tools(row.path(TOOLS)));
        } catch (ToolText.Malformed wrong) {
            return new Dropped(DropReason.WRONG_FIELD, wrong.getMessage());
        }
    }

    private static Turn turn(JsonNode message, String where) throws ToolText.Malformed {
        JsonNode from = message.path(FROM);
        JsonNode value = message.path(VALUE);
        if (!value.isTextual()) {
            throw new ToolText.Malformed(where + " has a value that is not text");
        }
        return switch (from.isTextual() ? from.textValue() : "") {
            case "human" -> new Turn(Role.USER, value.textValue());
            case "gpt" -> new Turn(Role.ASSISTANT, value.textValue());
            case "system" -> new Turn(Role.SYSTEM, value.textValue());
            case "observation" -> new Turn(Role.TOOL, value.textValue());
            case "function_call" -> new Turn(Role.ASSISTANT, "", "", ToolText.calls(value, where));
            default ->
                throw new ToolText.Malformed(
                        where + " is from " + (from.isMissingNode() ? "(missing)" : Shown.text(from.toString()))
                                + "; allowed: human, gpt, system, function_call, observation");
        };
    }

    private static Row row(List<Turn> turns, JsonNode system, Optional<String> tools) {
        boolean own = !turns.isEmpty() && turns.getFirst().role() == Role.SYSTEM;
        if (!own && system.isTextual() && !system.textValue().isEmpty()) {
            turns.addFirst(new Turn(Role.SYSTEM, system.textValue()));
        }
        return RowFormat.conversation(turns, tools);
    }
}
