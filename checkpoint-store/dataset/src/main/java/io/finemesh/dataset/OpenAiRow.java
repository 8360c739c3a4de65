package io.finemesh.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Turn.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * OpenAI chat rows: {@code messages} of {@code role} and {@code content}, an assistant's {@code tool_calls} (or the older
 * {@code function_call}), and {@code tools}. Other fields are ignored.
 */
final class OpenAiRow {
    private static final String MESSAGES = "messages";
    private static final String ROLE = "role";
    private static final String CONTENT = "content";
    private static final String TOOL_CALLS = "tool_calls";
    private static final String TOOLS = "tools";

    private OpenAiRow() {}

    static Row read(JsonNode row) {
        JsonNode messages = row.path(MESSAGES);
        if (row.isEmpty()) {
            return new Dropped(DropReason.EMPTY, "no field");
        }
        if (!messages.isArray()) {
            return new Dropped(
                    DropReason.WRONG_FIELD, "messages is " + (messages.isMissingNode() ? "missing" : "not a list"));
        }
        List<Turn> turns = new ArrayList<>();
        try {
            for (JsonNode message : messages) {
                turns.add(turn(message, "message " + (turns.size() + 1)));
            }
            return RowFormat.conversation(turns, ToolText.tools(row.path(TOOLS)));
        } catch (ToolText.Malformed wrong) {
            return new Dropped(DropReason.WRONG_FIELD, wrong.getMessage());
        }
    }

    private static Turn turn(JsonNode message, String where) throws ToolText.Malformed {
        Role role = role(message.path(ROLE))
                .orElseThrow(() -> new ToolText.Malformed(
                        where + " has role " + shown(message.path(ROLE)) + "; allowed: system, user, assistant, tool"));
        JsonNode field = message.path(ToolText.isAbsent(message.path(TOOL_CALLS)) ? "function_call" : TOOL_CALLS);
        List<ToolCall> calls = ToolText.isAbsent(field) ? List.of() : ToolText.calls(field, where);
        if (!calls.isEmpty() && role != Role.ASSISTANT) {
            throw new ToolText.Malformed(where + " calls a tool, but only an assistant does");
        }
        JsonNode content = message.path(CONTENT);
        if (!content.isTextual() && (calls.isEmpty() || !content.isNull() && !content.isMissingNode())) {
            throw new ToolText.Malformed(where + " has a content that is not text");
        }
        return new Turn(role, content.isTextual() ? content.textValue() : "", "", calls);
    }

    private static Optional<Role> role(JsonNode role) {
        if (!role.isTextual()) {
            return Optional.empty();
        }
        return switch (role.textValue()) {
            case "system" -> Optional.of(Role.SYSTEM);
            case "user" -> Optional.of(Role.USER);
            case "assistant" -> Optional.of(Role.ASSISTANT);
            case "tool" -> Optional.of(Role.TOOL);
            default -> Optional.empty();
        };
    }

    private static String shown(JsonNode role) {
        return role.isMissingNode() ? "(missing)" : Shown.text(role.toString());
    }
}
