package io.finemesh.score.choice;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/**
 * A question with choices.
 *
 * @param source the row as it was read
 * @param question what stands before the choice
 * @param choices texts to choose from; none is empty
 * @param right indices of the right ones
 */
public record ChoiceDocument(ObjectNode source, String question, List<String> choices, Set<Integer> right) {
    public ChoiceDocument {
        requireNonNull(source, "source is null");
        requireNonNull(question, "question is null");
        choices = List.copyOf(choices);
        right = Set.copyOf(right);
        if (choices.size() < 2 || choices.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a question has at least two choices, and none is empty");
        }
        for (int index : right) {
            if (index < 0 || index >= choices.size()) {
                throw new IllegalArgumentException("choice " + index + " is right, and there are " + choices.size());
            }
        }
        if (right.isEmpty()) {
            throw new IllegalArgumentException("no choice is right");
        }
    }
}
