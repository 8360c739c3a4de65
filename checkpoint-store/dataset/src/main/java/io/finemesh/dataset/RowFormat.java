package io.finemesh.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.JsonText;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Row.Kept;
import io.finemesh.dataset.Turn.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The forms rows are taken in; the names are those users of LLaMA-Factory know. */
public enum RowFormat {
    /** {@code instruction}, {@code input}, {@code output}, and optionally {@code system} and {@code history}. */
    ALPACA {
        @Override
        Row read(JsonNode row) {
            return AlpacaRow.read(row);
        }
    },
    /** {@code messages} of {@code role} and {@code content}, as OpenAI's chat interface has them. */
    OPENAI {
        @Override
        Row read(JsonNode row) {
            return OpenAiRow.read(row);
        }
    },
    /** {@code conversations} of {@code from} and {@code value}, as ShareGPT has them. */
    SHAREGPT {
        @Override
        Row read(JsonNode row) {
            return ShareGptRow.read(row);
        }
    },
    /** One {@code text}, all of it learned. */
    COMPLETION {
        @Override
        Row read(JsonNode row) {
            return CompletionRow.read(row);
        }
    },
    /** Any fields: what an evaluation task asks, such as questions with choices. Never told by the first row, and never trained on. */
    DOCUMENTS {
        @Override
        Row read(JsonNode row) {
            return DocumentRow.read(row);
        }
    };

    /** Names of all forms, as callers use them. */
    public static String allowed() {
        return Arrays.stream(values()).map(RowFormat::wireName).collect(Collectors.joining(", "));
    }

    /** Reads one JSON object as a row of this form. */
    abstract Row read(JsonNode row);

    /** The name callers use. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The form of this name. */
    public static Optional<RowFormat> named(String name) {
        for (RowFormat format : values()) {
            if (format.wireName().equals(name)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /** The form a row is in, told by its fields; empty if they are those of none. */
    static Optional<RowFormat> of(JsonNode row) {
        if (row.has("messages")) {
            return Optional.of(OPENAI);
        }
        if (row.has("conversations")) {
            return Optional.of(SHAREGPT);
        }
        if (row.path("text").isTextual() && !row.has("instruction") && !row.has("output")) {
            return Optional.of(COMPLETION);
        }
        return row.has("instruction") || row.has("output") ? Optional.of(ALPACA) : Optional.empty();
    }

    /** Keeps turns that make a conversation with something to learn; says what is wrong with any other. */
    static Row conversation(List<Turn> turns, Optional<String> tools) {
        boolean unicode = tools.stream().allMatch(JsonText::isUnicode);
        for (Turn turn : turns) {
            unicode &= JsonText.isUnicode(turn.content()) && JsonText.isUnicode(turn.input());
            for (ToolCall call : turn.calls()) {
                unicode &= JsonText.isUnicode(call.name()) && JsonText.isUnicode(call.arguments());
            }
        }
        if (!unicode) {
            return new Dropped(DropReason.NOT_UTF8, "an escape in a text is half of a surrogate pair");
        }
        if (turns.isEmpty()) {
            return new Dropped(DropReason.EMPTY, "no message");
        }
        boolean learnable = turns.stream().anyMatch(turn -> turn.role() == Role.ASSISTANT && hasWords(turn));
        if (!learnable) {
            return new Dropped(DropReason.NO_ASSISTANT_TEXT, "no assistant message with text");
        }
        List<String> wrongOrder = new ArrayList<>();
        Turn previous = null;
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            if (turn.role() == Role.SYSTEM ? i > 0 : !mayFollow(previous, turn.role())) {
                wrongOrder.add("message " + (i + 1) + " is of role "
                        + turn.role().name().toLowerCase(Locale.ROOT));
            }
            if (!hasWords(turn) && turn.role() != Role.SYSTEM && turn.role() != Role.TOOL) {
                return new Dropped(DropReason.EMPTY, "message " + (i + 1) + " has no text");
            }
            previous = turn;
        }
        if (wrongOrder.isEmpty() && previous.role() != Role.ASSISTANT) {
            wrongOrder.add("the last message is not the assistant's");
        }
        return wrongOrder.isEmpty()
                ? new Kept(turns, tools)
                : new Dropped(
                        DropReason.WRONG_ORDER,
                        wrongOrder.getFirst()
                                + "; allowed: at most one system message first, then user and assistant in turn, and the results of an"
                                + " assistant's calls after them");
    }

    private static boolean hasWords(Turn turn) {
        return !turn.words().isBlank() || !turn.calls().isEmpty();
    }

    /** @param previous turn, or null */
    private static boolean mayFollow(Turn previous, Role role) {
        if (previous == null) {
            return role == Role.USER;
        }
        return switch (previous.role()) {
            case SYSTEM -> role == Role.USER;
            case USER -> role == Role.ASSISTANT;
            case ASSISTANT -> role == (previous.calls().isEmpty() ? Role.USER : Role.TOOL);
            case TOOL -> role == Role.ASSISTANT || role == Role.TOOL;
        };
    }
}
