package io.finemesh.score.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a model is shown: worked examples, then the question. The same turns make a plain text or a chat; a chat and a plain run give different
 * figures, so results record which it was.
 *
 * @param turns system text if any, then a user and an assistant turn for each worked example, then the question
 */
public record Prompt(List<Turn> turns) {
    public Prompt {
        turns = List.copyOf(turns);
        if (turns.isEmpty()) {
            throw new IllegalArgumentException("a prompt has at least one turn");
        }
    }

    /** The plain text: every turn with its delimiter. */
    public String text() {
        return joined(turns);
    }

    /**
     * Chat messages, delimiters dropped, to be rendered by a chat template that opens the assistant's turn.
     *
     * @param examplesAsTurns each worked example its own pair of messages (the reference's default in chat mode); otherwise everything after the
     *     system text is one user message, its last delimiter dropped
     */
    public List<Turn> chat(boolean examplesAsTurns) {
        List<Turn> chat = new ArrayList<>();
        if (examplesAsTurns) {
            turns.forEach(turn -> chat.add(new Turn(turn.speaker(), turn.content(), "")));
            return chat;
        }
        boolean system = turns.getFirst().speaker() == Speaker.SYSTEM;
        List<Turn> rest = turns.subList(system ? 1 : 0, turns.size());
        if (system) {
            chat.add(new Turn(Speaker.SYSTEM, turns.getFirst().content(), ""));
        }
        Turn last = rest.getLast();
        chat.add(new Turn(Speaker.USER, joined(rest.subList(0, rest.size() - 1)) + last.content(), ""));
        return chat;
    }

    /** This prompt with a system text before it: an instruction of the user's, then the task's description. */
    public Prompt under(Optional<String> instruction) {
        if (instruction.isEmpty() || instruction.get().isEmpty()) {
            return this;
        }
        List<Turn> all = new ArrayList<>(turns);
        if (all.getFirst().speaker() == Speaker.SYSTEM) {
            Turn description = all.removeFirst();
            all.addFirst(new Turn(
                    Speaker.SYSTEM, instruction.get() + "\n\n" + description.content(), description.delimiter()));
        } else {
            all.addFirst(new Turn(Speaker.SYSTEM, instruction.get(), ""));
        }
        return new Prompt(all);
    }

    private static String joined(List<Turn> turns) {
        StringBuilder text = new StringBuilder();
        turns.forEach(turn -> text.append(turn.content()).append(turn.delimiter()));
        return text.toString();
    }
}
