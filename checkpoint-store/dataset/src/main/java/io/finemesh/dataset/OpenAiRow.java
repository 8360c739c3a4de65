package io.finemesh.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Turn.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** OpenAI chat rows of text messages; calls of tools are not taken yet. Fields other than role and content are ignored. */
final class OpenAiRow {
    private static final String MESSAGES = "messages";
    private static final String ROLE = "role";
    private static final String CONTENT = "content";

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
        for (JsonNode message : messages) {
            String where = "message " + (turns.size() + 1);
            Optional<Role> role = role(message.path(ROLE));
            if (role.isEmpty()) {
                return new Dropped(
                        DropReason.WRONG_FIELD,
                        where + " has role " + shown(message.path(ROLE)) + "; allowed: system, user, assistant");
            }
            if (isPresent(message.path("tool_calls")) || isPresent(message.path("function_call"))) {
                return new Dropped(DropReason.WRONG_FIELD, where + " calls a tool; only text is taken");
            }
            if (!message.path(CONTENT).isTextual()) {
                return new Dropped(DropReason.WRONG_FIELD, where + " has a content that is not text");
            }
            turns.add(new Turn(role.get(), message.path(CONTENT).textValue()));
        }
        return RowFormat.conversation(turns);
    }

    private static Optional<Role> role(JsonNode role) {
        if (!role.isTextual()) {
            return Optional.empty();
        }
        return switch (role.textValue()) {
            case "system" -> Optional.of(Role.SYSTEM);
            case "user" -> Optional.of(Role.USER);
            case "assistant" -> Optional.of(Role.ASSISTANT);
            default -> Optional.empty();
        };
    }

    private static boolean isPresent(JsonNode value) {
        return !value.isMissingNode() && !value.isNull() && !(value.isArray() && value.isEmpty());
    }

    private static String shown(JsonNode role) {
        return role.isMissingNode() ? "(missing)" : Shown.text(role.toString());
    }
}
