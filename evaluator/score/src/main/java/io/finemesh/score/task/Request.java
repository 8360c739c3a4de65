package io.finemesh.score.task;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** What a task asks a model. */
public sealed interface Request {
    /** What the model is shown. */
    Prompt prompt();

    /**
     * Write on.
     *
     * @param prompt what to continue
     * @param stops texts that end the answer, in the order in which they are cut; the model's end-of-sequence text comes after them
     * @param longest most new tokens
     * @param temperature 0 takes the likeliest token
     * @param repeats answers wanted
     */
    record Generation(Prompt prompt, List<String> stops, int longest, double temperature, int repeats)
            implements Request {
        public Generation {
            requireNonNull(prompt, "prompt is null");
            stops = List.copyOf(stops);
            if (longest < 1 || repeats < 1 || !(temperature >= 0)) {
                throw new IllegalArgumentException(
                        "a generation has at least one token and one repeat, and a temperature of 0 or more");
            }
        }
    }

    /**
     * Give the log-likelihood of each continuation after the prompt, computed in one pass over both: trailing spaces of the prompt belong to the
     * continuation, and tokens are those of the joined text.
     *
     * @param prompt the context
     * @param continuations texts to be weighed
     */
    record Likelihood(Prompt prompt, List<String> continuations) implements Request {
        public Likelihood {
            requireNonNull(prompt, "prompt is null");
            continuations = List.copyOf(continuations);
            if (continuations.isEmpty()) {
                throw new IllegalArgumentException("there is no continuation to weigh");
            }
        }
    }
}
