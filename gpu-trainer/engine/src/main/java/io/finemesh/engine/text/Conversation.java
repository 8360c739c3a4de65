package io.finemesh.engine.text;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Turns in the order they were taken. A system turn may only come first; other turns may follow each other in any order, as real data has
 * both answers without a question and questions asked twice.
 *
 * @param turns at least one
 * @param tools that the assistant may call, as a JSON list; nothing where there are none
 */
public record Conversation(List<Turn> turns, Optional<String> tools) {
    public Conversation {
        turns = List.copyOf(turns);
        Objects.requireNonNull(tools, "tools is null");
        if (turns.isEmpty()) {
            throw new IllegalArgumentException("a conversation has at least one turn");
        }
        for (int i = 1; i < turns.size(); i++) {
            if (turns.get(i).role() == Role.SYSTEM) {
                throw new IllegalArgumentException(
                        "turn " + i + " is a system turn; a system turn may only come first");
            }
        }
    }

    /** A conversation without tools. */
    public Conversation(List<Turn> turns) {
        this(turns, Optional.empty());
    }

    public static Conversation of(Turn... turns) {
        return new Conversation(List.of(turns));
    }

    /**
     * Checks that it can be asked with.
     *
     * @throws IllegalArgumentException if the last turn is the assistant's
     */
    void requireQuestion() {
        if (turns.getLast().role() == Role.ASSISTANT) {
            throw new IllegalArgumentException(
                    "the assistant has spoken last; a prompt ends with a user or system turn, so leave the last turn out");
        }
    }

    /** Whether tools have a part in it, which only chat templates can write down. */
    boolean hasTools() {
        return tools.isPresent()
                || turns.stream()
                        .anyMatch(turn ->
                                turn.role() == Role.TOOL || !turn.calls().isEmpty());
    }
}
