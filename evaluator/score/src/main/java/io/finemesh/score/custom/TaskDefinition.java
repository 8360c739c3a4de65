package io.finemesh.score.custom;

import static java.util.Objects.requireNonNull;

import io.finemesh.score.python.PythonFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A task as its file defines it.
 *
 * @param name name in results
 * @param version version in results
 * @param prompt what a model is shown, with fields of the data
 * @param target what is right, with fields of the data; an index, a letter or a text among the choices
 * @param reading how a model answers
 */
public record TaskDefinition(String name, double version, PythonFormat prompt, PythonFormat target, Reading reading) {
    public TaskDefinition {
        requireNonNull(name, "name is null");
        requireNonNull(prompt, "prompt is null");
        requireNonNull(target, "target is null");
        requireNonNull(reading, "reading is null");
    }

    /** How a model answers. */
    public sealed interface Reading {
        /**
         * It writes, and the answer is read out of the text.
         *
         * @param pattern where the answer stands; empty for the whole text
         * @param last the last match counts, not the first
         * @param metric how it is compared
         * @param stops texts that end an answer
         * @param longest most new tokens
         */
        record Written(Optional<Pattern> pattern, boolean last, AnswerMetric metric, List<String> stops, int longest)
                implements Reading {
            public Written {
                stops = List.copyOf(stops);
            }
        }

        /**
         * It weighs choices.
         *
         * @param fixed choices that are the same for every row; empty when each row has its own
         * @param field the row's field that lists its choices; empty when they are fixed
         */
        record Chosen(List<String> fixed, Optional<String> field) implements Reading {
            public Chosen {
                fixed = List.copyOf(fixed);
            }
        }
    }
}
