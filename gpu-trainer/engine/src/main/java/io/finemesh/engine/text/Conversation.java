package io.finemesh.engine.text;

import java.util.List;

/**
 * Turns in the order they were taken. A system turn may only come first; user and assistant turns may follow each other in any order, as real data has
 * both answers without a question and questions asked twice.
 *
 * @param turns at least one
 */
public record Conversation(List<Turn> turns) {
    public Conversation {
        turns = List.copyOf(turns);
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

    /** Whether anyone would learn to say anything from it. */
    public boolean hasAssistantText() {
        return turns.stream()
                .anyMatch(
                        turn -> turn.role() == Role.ASSISTANT && !turn.content().isEmpty());
    }
}
