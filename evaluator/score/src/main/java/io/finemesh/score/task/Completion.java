package io.finemesh.score.task;

import io.finemesh.score.python.PythonText;
import java.util.List;
import java.util.Optional;

/**
 * How a generated text is cut, in the order of lm-evaluation-harness: the thinking first, then at each stop text in turn. Cutting in turn is not the same
 * as cutting at the earliest: {@code abXYZ} with the stops {@code YZ}, {@code XY} gives {@code abX}.
 */
public final class Completion {
    private Completion() {}

    /**
     * The answer in a generated text.
     *
     * @param generated new tokens, decoded without special tokens
     * @param thinkingEnd text that ends the thinking, if the model thinks; everything up to its last appearance is dropped
     * @param stops texts that end the answer, in order; the end-of-sequence text last. Empty ones are passed over
     */
    public static String cut(String generated, Optional<String> thinkingEnd, List<String> stops) {
        String text = generated;
        if (thinkingEnd.isPresent() && !thinkingEnd.get().isEmpty()) {
            int end = text.lastIndexOf(thinkingEnd.get());
            text = PythonText.stripLeading(
                    end < 0 ? text : text.substring(end + thinkingEnd.get().length()));
        }
        for (String stop : stops) {
            int at = stop.isEmpty() ? -1 : text.indexOf(stop);
            text = at < 0 ? text : text.substring(0, at);
        }
        return text;
    }
}
